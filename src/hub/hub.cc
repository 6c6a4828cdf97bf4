#include "hub/hub.h"

#include <map>
#include <set>

#include "base/ids.h"
#include "base/log.h"
#include "hub/direction.h"
#include "hub/intake.h"

namespace lotse::hub {

namespace {
constexpr size_t queue_events_max = 200'000;
constexpr size_t text_bytes_max = 10'000;
constexpr size_t name_bytes_max = 400;  // of an attribute, as in files

std::string_view trimmed(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

const char* problem(IncomingEvent& e) {
  for (std::string* text : {&e.customer, &e.type, &e.message, &e.instance_key, &e.channel, &e.direction, &e.unit}) {
    *text = std::string(trimmed(*text));
    if (text->size() > text_bytes_max) return "text_too_long";
    if (text->find('\0') != std::string::npos) return "nul_byte";
  }
  if (e.customer.empty()) return "no_customer";
  if (e.type.empty()) return "no_event_type";
  if (!e.direction.empty()) {
    const auto word = direction_word(e.direction);
    if (!word) return "unknown_direction";
    e.direction = *word;
  }
  for (auto& [name, text] : e.attributes) {
    name = std::string(trimmed(name));
    text = std::string(trimmed(text));
    if (name.size() > name_bytes_max || text.size() > text_bytes_max) return "text_too_long";
    if (name.find('\0') != std::string::npos || text.find('\0') != std::string::npos) return "nul_byte";
  }
  std::erase_if(e.attributes, [](const auto& a) { return a.first.empty() || a.second.empty(); });
  return nullptr;
}
/// Refuses what would go beyond the number of attributes before any is named: names that are given stay given.
Result<void> attributes_fit(const events::Dictionary& dictionary, const std::vector<events::LiveEvent>& batch) {
  AttributeNames names;
  for (const auto& event : batch)
    for (const auto& [name, text] : event.attributes) names.emplace(AttributeScope::event, name);
  return check_attribute_room(dictionary, std::move(names));
}
}  // namespace

Hub::Hub(events::Stores& stores, privacy::Vault& vault) : stores_(stores), vault_(vault), thread_([this] { loop(); }) {}

Hub::~Hub() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Hub::accept(const WorkspaceId& workspace, std::string source_id, std::string source_name, std::vector<IncomingEvent> events,
                 std::function<void(Result<Accepted>)> done) {
  {
    std::lock_guard lock(mutex_);
    if (!ending_ && (queued_events_ == 0 || queued_events_ + events.size() <= queue_events_max)) {
      queued_events_ += events.size();
      queue_.push_back({workspace, std::move(source_id), std::move(source_name), std::move(events), std::move(done)});
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

void Hub::take(const WorkspaceId& workspace, std::vector<Waiting> group) {
  const auto refuse = [&](const Error& error) {
    for (auto& waiting : group)
      if (waiting.done) waiting.done(error);
  };
  auto store = stores_.open(workspace);
  if (!store) return refuse(store.error());
  std::vector<Accepted> answers(group.size());
  std::vector<std::vector<events::LiveEvent>> batches(group.size());
  std::vector<std::string_view> customers;
  for (size_t g = 0; g < group.size(); ++g) {
    auto source = (*store)->source(group[g].source_id, group[g].source_name);
    if (!source) return refuse(source.error());
    for (size_t i = 0; i < group[g].events.size(); ++i) {
      IncomingEvent& in = group[g].events[i];
      if (const char* code = problem(in)) {
        answers[g].rejected.push_back({i, code});
        continue;
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
      batches[g].push_back(std::move(out));
      customers.push_back(in.customer);
    }
  }
  std::vector<uint32_t> numbers;
  if (auto resolved = vault_.resolve(workspace, customers, numbers); !resolved) return refuse(resolved.error());
  size_t next = 0;
  for (size_t g = 0; g < group.size(); ++g) {
    for (auto& event : batches[g]) event.identity = numbers[next++];
    if (auto fit = attributes_fit(*(*store)->dictionary(), batches[g]); !fit) {
      group[g].done(fit.error());
      continue;
    }
    (*store)->append(std::move(batches[g]),
                     [answer = std::move(answers[g]), done = std::move(group[g].done)](Result<events::Acked> acked) mutable {
                       if (!acked) return done(acked.error());
                       answer.accepted = acked->accepted;
                       answer.known = acked->known;
                       answer.as_of = acked->as_of;
                       done(std::move(answer));
                     });
  }
}

}  // namespace lotse::hub
