#include "hub/hub.h"

#include <map>

#include "base/ids.h"
#include "base/log.h"
#include "hub/direction.h"
#include "hub/intake.h"
#include "text/redact.h"

namespace lotse::hub {

namespace {
constexpr size_t queue_events_max = 200'000;
constexpr size_t text_bytes_max = 10'000;
constexpr size_t sample_max = 5, sample_attributes_max = 8;
constexpr size_t identifiers_max = 16;  // of one event
constexpr size_t reject_examples_max = 3;  // of a request
constexpr auto room_looked_up_every = std::chrono::seconds(1);
constexpr size_t name_bytes_max = 400;  // of an attribute, as in files

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

void trim(std::string& text) {
  const auto part = trimmed(text);
  if (part.size() != text.size()) text = std::string(part);
}

/// Long texts lose what names a person (docs/decisions/0742).
void scrub_texts(events::LiveEvent& event) {
  for (auto* attributes : {&event.attributes, &event.customer_attributes})
    for (auto& [name, text] : *attributes)
      if (text.size() >= text::free_text_bytes_min) text::redact(text);
}

/// Values of customers that are known to be wrong make room for the right ones, and are counted.
void put_right(const WorkspaceId& workspace, const std::string& source_id, const privacy::Corrections::Known& wrong, const events::DuckStore& store, privacy::Corrections& corrections,
               std::vector<events::LiveEvent>& batch) {
  std::map<std::string, uint64_t, std::less<>> repeated;
  for (auto& event : batch) {
    if (event.customer_attributes.empty()) continue;
    // An identity that joined the customer later has its corrections, too.
    const uint32_t identity = wrong.concerns(event.identity) ? event.identity : store.customer_of(event.identity);
    if (!wrong.concerns(identity)) continue;
    for (auto& [name, text] : event.customer_attributes)
      if (const auto right = wrong.of(identity, name, text)) {
        ++repeated[std::string(right->request)];
        text = right->right;
      }
    std::erase_if(event.customer_attributes, [](const auto& a) { return a.second.empty(); });
  }
  corrections.repeated(workspace, source_id, repeated);
}

bool names(const events::LiveEvent& event, uint32_t attribute) {
  return std::ranges::any_of(event.references, [&](const auto& reference) { return reference.first == attribute; });
}

/// An account, contract or order among the identifiers of an event's customer is also one that the event belongs to.
void add_own_references(events::LiveEvent& event) {
  const auto add = [&](identity::Kind kind, uint32_t identity) {
    const uint32_t attribute = reference_attribute(kind);
    if (attribute != 0 && !names(event, attribute)) event.references.emplace_back(attribute, identity);
  };
  add(event.kind, event.identity);
  for (const auto& further : event.further) add(further.kind, further.identity);
}

/// As the tracking API names it.
std::string_view reference_property(identity::Kind kind) {
  return kind == identity::Kind::contract ? "contract_id" : kind == identity::Kind::order ? "order_id" : "account_id";
}

TakenEvent sample_of(const events::LiveEvent& event) {
  TakenEvent out{.time = event.time, .type = event.type, .channel = event.channel};
  out.attributes.assign(event.attributes.begin(), event.attributes.begin() + static_cast<ptrdiff_t>(std::min(event.attributes.size(), sample_attributes_max)));
  return out;
}

const char* problem(IncomingEvent& e) {
  for (std::string* text : {&e.customer, &e.type, &e.message, &e.instance_key, &e.channel, &e.direction, &e.unit}) {
    trim(*text);
    if (text->size() > text_bytes_max) return "text_too_long";
    if (text->find('\0') != std::string::npos) return "nul_byte";
  }
  for (const auto& identifier : e.identifiers) {
    if (identifier.value.size() > text_bytes_max) return "text_too_long";
    if (identifier.value.find('\0') != std::string::npos) return "nul_byte";
  }
  for (const auto& reference : e.references) {
    if (reference.value.size() > text_bytes_max) return "text_too_long";
    if (reference.value.find('\0') != std::string::npos) return "nul_byte";
  }
  if (e.customer_kind != identity::Kind::customer) e.customer = identity::normalised(e.customer_kind, e.customer);
  if (e.customer.empty()) return "no_customer";
  if (e.type.empty()) return "no_event_type";
  if (!e.direction.empty()) {
    const auto word = direction_word(e.direction);
    if (!word) return "unknown_direction";
    e.direction = *word;
  }
  for (auto* attributes : {&e.attributes, &e.customer_attributes}) {
    for (auto& [name, text] : *attributes) {
      trim(name);
      trim(text);
      if (name.size() > name_bytes_max || text.size() > text_bytes_max) return "text_too_long";
      if (name.find('\0') != std::string::npos || text.find('\0') != std::string::npos) return "nul_byte";
    }
    std::erase_if(*attributes, [](const auto& a) { return a.first.empty() || a.second.empty(); });
  }
  return nullptr;
}

/// A request's events by day and fate, for the book.
class Tally {
 public:
  void add(Day day, Outcome outcome, std::string_view reason, int64_t events) {
    for (auto& c : counts_)
      if (c.day == day && c.outcome == outcome && c.reason == reason) {
        c.events += static_cast<uint64_t>(events);
        return;
      }
    counts_.push_back({.day = day, .outcome = outcome, .reason = std::string(reason), .events = static_cast<uint64_t>(events)});
  }
  std::vector<IntakeCount> take(const std::string& source, Day arrived) {
    for (auto& c : counts_) {
      c.source = source;
      c.arrived = arrived;
    }
    return std::move(counts_);
  }

 private:
  std::vector<IntakeCount> counts_;
};
}  // namespace

bool AttributeRoom::takes(const IncomingEvent& event, const events::DuckStore& store) {
  for (bool again = false;; again = true) {
    std::vector<std::pair<Names*, std::string_view>> fresh;
    const auto want = [&](Names& names, std::string_view name) {
      if (names.find(name) != names.end()) return;
      for (const auto& [known, one] : fresh)
        if (known == &names && one == name) return;
      fresh.emplace_back(&names, name);
    };
    for (const auto& [name, text] : event.attributes) want(of_event_, name);
    for (const auto& [name, text] : event.customer_attributes) want(of_customer_, name);
    if (fresh.size() <= room_) {
      for (const auto& [names, name] : fresh) names->emplace(name);
      room_ -= fresh.size();
      return true;
    }
    // What imports have named meanwhile is known now; a flood of new names asks once a second.
    const auto now = std::chrono::steady_clock::now();
    if (again || now < next_look_) return false;
    next_look_ = now + room_looked_up_every;
    const auto dictionary = store.dictionary();
    for (const auto& known : dictionary->attributes)
      if (known.number >= BuiltinAttribute::first_imported) (known.scope == AttributeScope::event ? of_event_ : of_customer_).insert(known.name);
    const size_t named = std::max(dictionary->attributes.size(), of_event_.size() + of_customer_.size());
    room_ = attributes_max - std::min(attributes_max, named);
  }
}

Hub::Hub(events::Stores& stores, privacy::Vault& vault, privacy::Consents* consents, privacy::Policies* policies, IntakeBook* book,
         TrackingPlans* plans, privacy::Corrections* corrections)
    : stores_(stores), vault_(vault), consents_(consents), policies_(policies), book_(book), plans_(plans), corrections_(corrections), thread_([this] { loop(); }) {}

Hub::~Hub() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Hub::accept(const WorkspaceId& workspace, std::string source_id, std::string source_name, std::vector<IncomingEvent> events,
                 std::function<void(Result<Accepted>)> done, std::chrono::steady_clock::time_point since) {
  {
    std::lock_guard lock(mutex_);
    if (!ending_ && (queued_events_ == 0 || queued_events_ + events.size() <= queue_events_max)) {
      queued_events_ += events.size();
      queue_.push_back({workspace, std::move(source_id), std::move(source_name), std::move(events), std::move(done), since});
      wake_.notify_one();
      return;
    }
  }
  done(Error::make(ErrorKind::unavailable, "hub_busy", "too many events wait to be stored"));
}

void Hub::loop() {
  for (;;) {
    std::deque<Waiting> all;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return ending_ || !queue_.empty(); });
      if (queue_.empty()) return;
      all.swap(queue_);
      queued_events_ = 0;
    }
    std::map<WorkspaceId, std::vector<Waiting>> groups;
    for (auto& waiting : all) groups[waiting.workspace].push_back(std::move(waiting));
    for (auto& [workspace, group] : groups) take(workspace, std::move(group));
  }
}

void Hub::note_rejected(const WorkspaceId& workspace, const std::string& source_id, const std::vector<std::string>& codes) {
  if (!book_ || codes.empty()) return;
  const Micros now = book_->now();
  const Day today = book_->days(workspace).of(now);
  Tally tally;
  for (const auto& code : codes) tally.add(today, Outcome::rejected, code, 1);
  book_->note(workspace, tally.take(source_id, today));
}

void Hub::watch(const WorkspaceId& workspace, std::chrono::steady_clock::time_point until) {
  watches_.with([&](auto& watches) { watches[workspace].until = until; });
}

bool Hub::sample_due(const WorkspaceId& workspace) {
  const auto now = std::chrono::steady_clock::now();
  return watches_.with([&](auto& watches) {
    Watch& watch = watches[workspace];
    if (watch.until < now && now - watch.sampled < std::chrono::seconds(1)) return false;
    watch.sampled = now;
    return true;
  });
}

void Hub::take(const WorkspaceId& workspace, std::vector<Waiting> group) {
  const auto refuse = [&](const Error& error) {
    for (auto& waiting : group)
      if (waiting.done) waiting.done(error);
  };
  auto store = stores_.open(workspace);
  if (!store) return refuse(store.error());
  struct Part {
    Accepted answer;
    Taken news;
    std::vector<events::LiveEvent> batch;
    bool no_room = false;            // some event had attributes beyond those that a workspace holds
    std::vector<size_t> index;       // of each event of the batch in the request
    std::vector<size_t> sampled;     // likewise, that somebody may see
    Tally tally;                     // of what was rejected here
    std::vector<Day> days;           // of each event of the batch
    std::vector<RejectedExample> examples;
    PlanFindings findings;
    std::vector<privacy::ConsentSaid> said;  // of the batch's events
  };
  const auto plan = plans_ ? plans_->checker(workspace) : nullptr;
  std::vector<PlanChecker::Property> properties;
  const auto days = book_ ? std::optional(book_->days(workspace)) : std::nullopt;
  const Micros now = book_ ? book_->now() : Micros{0};
  auto policies = policies_ ? policies_->sources(workspace) : std::make_shared<const privacy::Policies::BySource>();
  if (!policies) return refuse(policies.error());
  std::vector<Part> parts(group.size());
  AttributeRoom& room = rooms_[workspace];
  std::vector<std::string_view> customers;
  std::deque<std::string> texts;  // what `customers` may refer to
  const auto never_unique = (*store)->never_unique();
  for (size_t g = 0; g < group.size(); ++g) {
    Part& part = parts[g];
    auto source = (*store)->source(group[g].source_id, group[g].source_name);
    if (!source) return refuse(source.error());
    const auto policy = (*policies)->find(group[g].source_id);
    const bool scrub = policy == (*policies)->end() || policy->second.scrub;
    part.batch.reserve(group[g].events.size());
    part.index.reserve(group[g].events.size());
    for (size_t i = 0; i < group[g].events.size(); ++i) {
      IncomingEvent& in = group[g].events[i];
      const auto reject = [&](const char* code) {
        part.answer.rejected.push_back({i, code});
        if (!days) return;
        part.tally.add(days->of(in.time), Outcome::rejected, code, 1);
        if (part.examples.size() < reject_examples_max)
          part.examples.push_back({.source = group[g].source_id, .code = code, .at = now, .event_type = in.type, .message = in.message});
      };
      if (const char* code = problem(in)) {
        reject(code);
        continue;
      }
      if (!room.takes(in, **store)) {
        reject("too_many_attributes");
        part.no_room = true;
        continue;
      }
      if (days) part.days.push_back(days->of(in.time));
      if (plan) {
        properties.clear();
        for (const auto& [name, text] : in.attributes) properties.push_back({name, text});
        for (const auto& reference : in.references)
          if (!reference.from_here) properties.push_back({reference_property(reference.kind), reference.value});
        plan->check(group[g].source_id, in.type, properties, part.findings);
      }
      events::LiveEvent out;
      out.id = events::message_id(group[g].source_id, in.message.empty() ? "random " + random_token(16) : "id " + in.message);
      out.time = in.time;
      out.type = std::move(in.type);
      out.source = *source;
      out.instance_key = std::move(in.instance_key);
      out.channel = std::move(in.channel);
      out.direction = std::move(in.direction);
      out.unit = std::move(in.unit);
      out.cost = in.cost;
      out.attributes = std::move(in.attributes);
      out.customer_attributes = std::move(in.customer_attributes);
      out.kind = in.customer_kind;
      if (!in.identifiers.empty()) out.never_unique = never_unique->contains(identity::compared(in.customer));
      if (in.customer_kind != identity::Kind::customer) in.customer = identity::vault_text(in.customer_kind, in.customer);
      if (scrub) scrub_texts(out);
      part.said.push_back(in.consent);
      customers.push_back(in.customer);
      for (const auto& identifier : in.identifiers) {
        std::string value = identity::normalised(identifier.kind, identifier.value);
        if (value.empty() || out.further.size() == identifiers_max) continue;
        out.further.push_back({.kind = identifier.kind, .said = in.said, .never_unique = never_unique->contains(identity::compared(value))});
        customers.push_back(texts.emplace_back(identity::vault_text(identifier.kind, value)));
      }
      for (const auto& reference : in.references) {
        const std::string value = identity::normalised(reference.kind, reference.value);
        const uint32_t attribute = reference.from_here ? BuiltinAttribute::account_from_here : reference_attribute(reference.kind);
        if (value.empty() || attribute == 0 || names(out, attribute)) continue;
        out.references.emplace_back(attribute, 0);
        customers.push_back(texts.emplace_back(identity::vault_text(reference.kind, value)));
      }
      part.batch.push_back(std::move(out));
      part.index.push_back(i);
    }
    if (!part.batch.empty() && sample_due(workspace))
      for (size_t k = 0, n = std::min(part.batch.size(), sample_max); k < n; ++k) part.sampled.push_back(k * part.batch.size() / n);
  }
  /// Takes events out of the batch whose customer was erased, or did not consent where that is asked.
  const auto keep_admitted = [&](const WorkspaceId& in, const std::string& source_id, Part& part) -> Result<void> {
    std::vector<uint32_t> identities;
    for (const auto& event : part.batch) identities.push_back(event.identity);
    const auto admitted = consents_ ? TRY(consents_->admit(in, source_id, identities, part.said)) : std::vector<bool>(identities.size(), true);
    size_t kept = 0;
    std::vector<size_t> place(part.batch.size(), SIZE_MAX);
    for (size_t i = 0; i < part.batch.size(); ++i) {
      if (identities[i] == 0 || !admitted[i]) {
        const char* const code = identities[i] == 0 ? "erased" : "no_consent";
        part.answer.rejected.push_back({part.index[i], code});
        if (days) part.tally.add(part.days[i], Outcome::rejected, code, 1);
        continue;
      }
      place[i] = kept;
      if (kept != i) {
        part.batch[kept] = std::move(part.batch[i]);
        part.index[kept] = part.index[i];
        if (days) part.days[kept] = part.days[i];
      }
      ++kept;
    }
    if (kept == part.batch.size()) return {};
    part.batch.resize(kept);
    part.index.resize(kept);
    if (days) part.days.resize(kept);
    for (auto& at : part.sampled) at = place[at];
    std::erase(part.sampled, SIZE_MAX);
    return {};
  };
  const auto wrong = corrections_ ? corrections_->known(workspace) : std::make_shared<const privacy::Corrections::Known>();
  if (!wrong) return refuse(wrong.error());
  std::vector<uint32_t> numbers;
  if (auto resolved = vault_.resolve(workspace, customers, numbers); !resolved) return refuse(resolved.error());
  size_t next = 0;
  for (size_t g = 0; g < group.size(); ++g) {
    Part& part = parts[g];
    if (part.batch.empty() && part.no_room) {
      if (days) book_->note(workspace, part.tally.take(group[g].source_id, days->of(now)), std::move(part.examples));
      group[g].done(Error::make(ErrorKind::invalid, "too_many_attributes", "none of the events has room for its attributes"));
      continue;
    }
    for (auto& event : part.batch) {
      event.identity = numbers[next++];
      for (auto& further : event.further) further.identity = numbers[next++];
      for (auto& [attribute, identity] : event.references) identity = numbers[next++];
      add_own_references(event);
      std::erase_if(event.further, [](const auto& f) { return f.identity == 0; });  // of erased customers
    }
    if (auto left = keep_admitted(workspace, group[g].source_id, part); !left) {
      group[g].done(left.error());
      continue;
    }
    if ((*wrong)->any()) put_right(workspace, group[g].source_id, **wrong, **store, *corrections_, part.batch);
    part.news.workspace = workspace;
    part.news.source_id = group[g].source_id;
    part.news.since = group[g].since;
    for (const size_t i : part.sampled) {
      part.news.sample.push_back(sample_of(part.batch[i]));
      part.news.sample.back().identity = part.batch[i].identity;
    }
    (*store)->append(std::move(part.batch), [taken = taken_, answer = std::move(part.answer), news = std::move(part.news), index = std::move(part.index),
                                             book = book_, tally = std::move(part.tally), event_days = std::move(part.days),
                                             examples = std::move(part.examples), plans = plans_, findings = std::move(part.findings), arrived = days ? days->of(now) : Day{0},
                                             done = std::move(group[g].done)](Result<events::Acked> acked) mutable {
      if (!acked) return done(acked.error());
      if (book) {
        for (const Day day : event_days) tally.add(day, Outcome::stored, {}, 1);
        for (const uint32_t at : acked->known_at) {
          tally.add(event_days[at], Outcome::stored, {}, -1);
          tally.add(event_days[at], Outcome::known, {}, 1);
        }
        for (const auto& [at, code] : acked->refused) {
          tally.add(event_days[at], Outcome::stored, {}, -1);
          tally.add(event_days[at], Outcome::rejected, code, 1);
        }
        if (plans) plans->note(news.workspace, arrived, findings);
        book->note(news.workspace, tally.take(news.source_id, arrived), std::move(examples));
      }
      answer.accepted = acked->accepted;
      answer.known = acked->known;
      answer.as_of = acked->as_of;
      for (auto& [at, code] : acked->refused) answer.rejected.push_back({index[at], std::move(code)});
      news.accepted = answer.accepted;
      news.known = answer.known;
      news.as_of = answer.as_of;
      for (const auto& rejected : answer.rejected) news.rejected.push_back(rejected.code);
      done(std::move(answer));
      taken->publish(news);
    });
  }
}

}  // namespace lotse::hub
