#include "privacy/requests.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "base/ids.h"
#include "base/log.h"
#include "base/wipe.h"
#include "privacy/detail/stored_request.h"
#include "privacy/privacy_sql.h"

namespace lotse::privacy {

namespace {
using namespace std::chrono_literals;
constexpr size_t customers_max = 10'000, shown_max = 20, note_bytes_max = 500;
constexpr Micros file_kept = 24h * 30, retried_after = 10min, resumed_after = 5s, day = 24h;
constexpr int64_t purge_hour = 2;  // UTC: night in Europe

Error not_found(std::string_view id) { return Error::make(ErrorKind::not_found, "request_not_found", std::string(id)); }
Result<void> may_ask(const Viewer& viewer) {
  if (!viewer.may(Right::see_identifiers)) return Error::make(ErrorKind::forbidden, "forbidden", "see_identifiers is needed");
  return {};
}

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

/// The first cell of each line.
std::vector<std::string> first_cells(std::string_view list) {
  std::vector<std::string> out;
  if (list.starts_with("\xEF\xBB\xBF")) list.remove_prefix(3);
  while (!list.empty()) {
    const auto end = std::min(list.find_first_of("\r\n"), list.size());
    std::string_view cell = list.substr(0, end);
    list.remove_prefix(std::min(list.size(), end + 1));
    if (cell.starts_with('"') && cell.find('"', 1) != std::string_view::npos)
      cell = cell.substr(1, cell.find('"', 1) - 1);
    else
      cell = cell.substr(0, cell.find_first_of(",;\t"));
    cell = without_blanks(cell);
    if (!cell.empty()) out.emplace_back(cell);
  }
  return out;
}

nlohmann::json subjects_json(const std::vector<Subject>& subjects) {
  nlohmann::json out = nlohmann::json::array();
  for (const auto& s : subjects) out.push_back({{"customer", s.customer}, {"pseudonym", s.pseudonym}, {"identities", s.identities}});
  return out;
}

double seconds_between(int64_t from_us, int64_t to_us) { return static_cast<double>(to_us - from_us) / 1e6; }
}  // namespace

Requests::Requests(Parts parts) : parts_(std::move(parts)), began_(parts_.clock.now()) {
  parts_.jobs.handle("privacy", [this](jobs::JobContext& context) {
    return run(context.viewer().workspace(), context.object(), [&](double share, std::string_view stage) { context.progress(share, stage); }, context.stop());
  });
}

std::filesystem::path Requests::file_path(const WorkspaceId& workspace, std::string_view id) const {
  return parts_.folder(workspace) / "privacy" / (std::string(id) + ".json");
}

Result<PrivacyRequest> Requests::start(const Viewer& viewer, const RequestOrder& order) {
  TRY(may_ask(viewer));
  const WorkspaceId& workspace = viewer.workspace();
  std::vector<std::string> wanted = order.customers;
  if (order.list) std::ranges::move(first_cells(*order.list), std::back_inserter(wanted));
  for (auto& one : wanted) one = std::string(without_blanks(one));
  std::erase_if(wanted, [](const auto& one) { return one.empty(); });
  if (wanted.empty()) return Error::invalid("no_customers", "/customers", "at least one customer is expected");
  if (wanted.size() > customers_max) return Error::invalid("too_many_customers", "/customers", "at most 10,000 at once");
  if ((order.kind == RequestKind::access || order.kind == RequestKind::rectification) && wanted.size() > 1)
    return Error::invalid("one_customer_only", "/customers", "such a request is of one customer");
  if (order.note.value_or("").size() > note_bytes_max) return Error::invalid("text_too_long", "/note", "at most 500 bytes");

  const std::vector<std::string_view> views(wanted.begin(), wanted.end());
  const auto found = TRY(parts_.vault.find(workspace, views));
  Stored stored;
  std::set<uint32_t> seen;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const uint32_t identity = found[i] ? found[i] : parts_.vault.customer_no(workspace, wanted[i]).value_or(0);
    if (identity == 0) {
      ++stored.proof.unknown;
      continue;
    }
    auto [customer, identities] = TRY(parts_.customer_of(workspace, identity));
    if (!seen.insert(customer).second) continue;
    stored.proof.identities += identities.size();
    stored.subjects.push_back({.customer = customer, .pseudonym = parts_.vault.pseudonym(workspace, customer), .identities = std::move(identities)});
  }
  stored.proof.customers = stored.subjects.size();
  if (stored.subjects.empty()) return Error{ErrorKind::not_found, "customer_not_found", "/customers", "none of them is known"};

  // The originals are needed to find them in files of rows; until the work is done they are kept, encrypted.
  std::vector<uint32_t> all;
  for (const auto& subject : stored.subjects) all.insert(all.end(), subject.identities.begin(), subject.identities.end());
  const auto originals = TRY(parts_.vault.originals(workspace, all));
  stored.details = order.kind == RequestKind::rectification ? TRY(change_of(workspace, order, stored.subjects[0], originals)) : "{}";
  const auto sealed = parts_.vault.seal_text(workspace, nlohmann::json(originals).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  const Micros now = parts_.clock.now();
  stored.id = new_id("pr", now);
  std::optional<int64_t> purge_at;
  if (order.kind == RequestKind::erasure || order.kind == RequestKind::rectification) {
    const int64_t midnight = now.count() / day.count() * day.count();
    const int64_t night = midnight + Micros(std::chrono::hours(purge_hour)).count();
    purge_at = order.bytes_at_once.value_or(true) ? now.count() : night > now.count() ? night : night + day.count();
  }
  TRY(parts_.database.write(workspace, [&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::request_insert, {{":id", stored.id},
                                              {":kind", word(order.kind)},
                                              {":note", order.note.value_or("")},
                                              {":subjects", subjects_json(stored.subjects).dump()},
                                              {":sealed", sealed},
                                              {":details", stored.details},
                                              {":proof", to_json(stored.proof).dump()},
                                              {":created_by", viewer.principal()},
                                              {":created_at", now.count()},
                                              {":purge_at", purge_at}}));
    return parts_.audit.note(session, viewer.principal(), "privacy." + std::string(word(order.kind)), stored.id, {{"customers", stored.proof.customers}});
  }));
  // Where the queue is full, look_after takes it up.
  if (auto job = parts_.jobs.start(viewer, "privacy", stored.id); !job) log_warning("privacy", "{} waits: {}", stored.id, job.error().code);
  return get(viewer, stored.id);
}

namespace {
Result<std::vector<Subject>> subjects_of(const std::string& text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_array()) return Error::make(ErrorKind::internal, "database_broken", "the customers of a request cannot be read");
  std::vector<Subject> out;
  for (const auto& one : json)
    out.push_back({.customer = one.value("customer", 0u), .pseudonym = one.value("pseudonym", ""), .identities = one.value("identities", std::vector<uint32_t>{})});
  return out;
}
}  // namespace

Result<Requests::Stored> Requests::load(const WorkspaceId& workspace, std::string_view id) {
  const auto rows = TRY(parts_.database.read(workspace, [&](db::Session& s) { return s.query(sql::request_get, {{":id", id}}); }));
  if (rows.empty()) return not_found(id);
  const auto& row = rows[0];
  Stored out;
  out.id = row.text(0);
  out.kind = from_word<RequestKind>(row.text(1)).value_or(RequestKind::access);
  out.state = from_word<RequestState>(row.text(2)).value_or(RequestState::failed);
  out.note = row.text(3);
  out.subjects = TRY(subjects_of(row.text(4)));
  out.proof = TRY(parse_json<RequestProof>(row.text(6)));
  out.created_by = row.text(7);
  out.created_at = row.integer(8);
  out.hidden_at = row.optional_integer(9);
  out.finished_at = row.optional_integer(10);
  out.purge_at = row.optional_integer(11);
  out.error_code = row.optional_text(12);
  out.details = row.text(13);
  if (const auto sealed = row.optional_text(5)) {
    const auto originals = nlohmann::json::parse(TRY(parts_.vault.unseal_text(workspace, *sealed)), nullptr, false);
    size_t next = 0;
    for (auto& subject : out.subjects)
      for (size_t i = 0; i < subject.identities.size() && originals.is_array() && next < originals.size(); ++i)
        subject.identifiers.push_back(originals[next++].get<std::string>());
  }
  return out;
}

Result<void> Requests::save(const WorkspaceId& workspace, const Stored& stored) {
  TRY(parts_.database.write(workspace, [&](db::Session& s) {
    return s.execute(sql::request_state, {{":id", stored.id},
                                          {":state", word(stored.state)},
                                          {":proof", to_json(stored.proof).dump()},
                                          {":hidden_at", stored.hidden_at},
                                          {":finished_at", stored.finished_at},
                                          {":error_code", stored.error_code}});
  }));
  return {};
}

PrivacyRequest Requests::shown(const WorkspaceId& workspace, const Stored& stored, const std::map<std::string, std::string>& names, const Repeated& repeated) const {
  PrivacyRequest out{.id = stored.id, .note = stored.note, .created_at = iso_utc(Micros{stored.created_at}), .kind = stored.kind, .state = stored.state, .proof = stored.proof};
  const auto name = names.find(stored.created_by);
  out.created_by = name == names.end() ? stored.created_by : name->second;
  for (const auto& subject : stored.subjects)
    if (out.customers.size() < shown_max) out.customers.push_back(parts_.vault.pseudonym(workspace, subject.customer));
  if (stored.hidden_at) out.hidden_at = iso_utc(Micros{*stored.hidden_at});
  if (stored.finished_at) out.finished_at = iso_utc(Micros{*stored.finished_at});
  if (stored.purge_at && stored.state != RequestState::done) out.bytes_due_at = iso_utc(Micros{*stored.purge_at});
  out.error_code = stored.error_code;
  if (stored.kind == RequestKind::access && stored.finished_at && *stored.finished_at > (parts_.clock.now() - file_kept).count()) out.file = stored.id + ".zip";
  if (stored.kind != RequestKind::rectification) return out;
  const auto details = nlohmann::json::parse(stored.details, nullptr, false);
  if (details.is_object() && details.contains("attribute")) out.attribute = details["attribute"].get<std::string>();
  out.repeats = 0;
  if (const auto at = repeated.values.find(stored.id); at != repeated.values.end()) {
    out.repeats = at->second.count;
    if (at->second.last_at) out.repeated_at = iso_utc(Micros{*at->second.last_at});
    out.repeated_source = at->second.source;
  }
  if (const auto at = repeated.identifiers.find(stored.id); at != repeated.identifiers.end()) {
    out.repeats = at->second.count;
    if (at->second.last_at) out.repeated_at = iso_utc(Micros{*at->second.last_at});
  }
  return out;
}

Result<Requests::List> Requests::list(const Viewer& viewer, const std::optional<std::string>& cursor) {
  TRY(may_ask(viewer));
  if (cursor && !is_id(*cursor, "pr")) return Error::invalid("invalid_cursor", "/cursor", "the next_cursor of an earlier answer is expected");
  const auto names = TRY(parts_.workspaces.names(viewer));
  const auto rows = TRY(parts_.database.read(viewer.workspace(), [&](db::Session& s) { return s.query(sql::request_list, {{":before", cursor.value_or("pr_~")}}); }));
  const auto again = TRY(repeated(viewer.workspace()));
  List out;
  for (const auto& row : rows) {
    if (out.items.size() == 50) {
      out.next_cursor = out.items.back().id;
      break;
    }
    out.items.push_back(shown(viewer.workspace(), TRY(load(viewer.workspace(), row.text(0))), names, again));
  }
  return out;
}

Result<PrivacyRequest> Requests::get(const Viewer& viewer, std::string_view id) {
  TRY(may_ask(viewer));
  return shown(viewer.workspace(), TRY(load(viewer.workspace(), id)), TRY(parts_.workspaces.names(viewer)), TRY(repeated(viewer.workspace())));
}

Result<PrivacyRequest> Requests::purge_now(const Viewer& viewer, std::string_view id) {
  TRY(may_ask(viewer));
  const auto stored = TRY(load(viewer.workspace(), id));
  if (stored.state != RequestState::hidden) return Error::make(ErrorKind::conflict, "request_not_hidden", std::string(word(stored.state)));
  TRY(parts_.database.write(viewer.workspace(), [&](db::Session& s) {
    return s.execute(sql::request_purge_at, {{":id", id}, {":purge_at", parts_.clock.now().count()}, {":error_code", std::optional<std::string>{}}});
  }));
  TRY(parts_.audit.note(viewer, "privacy.bytes_now", stored.id));
  TRY(parts_.jobs.start(viewer, "privacy", stored.id));
  return get(viewer, id);
}

Result<std::map<std::string, uint64_t>> Requests::counts(const WorkspaceId& workspace) {
  std::map<std::string, uint64_t> out;
  for (const auto& row : TRY(parts_.database.read(workspace, [](db::Session& s) { return s.query(sql::request_counts); })))
    out[row.text(0)] = static_cast<uint64_t>(row.integer(1));
  return out;
}

Result<void> Requests::run(const WorkspaceId& workspace, const std::string& id, const Progress& progress, std::stop_token stop) {
  {
    std::lock_guard lock(mutex_);
    if (!running_.insert(id).second) return {};  // somebody is at it
  }
  struct Leave {
    Requests& all;
    const std::string& id;
    ~Leave() {
      std::lock_guard lock(all.mutex_);
      all.running_.erase(id);
    }
  } const leave{*this, id};
  std::lock_guard only(one_at_a_time_);
  auto stored = TRY(load(workspace, id));
  if (stored.state == RequestState::done || stored.state == RequestState::failed) return {};
  const auto done = work(workspace, stored, progress, stop);
  if (done || stop.stop_requested()) return done;
  log_warning("privacy", "{}: {} {} (tried again)", id, done.error().code, done.error().detail);
  stored.error_code = done.error().code;
  TRY(save(workspace, stored));
  if (stored.state == RequestState::hidden)
    TRY(parts_.database.write(workspace, [&](db::Session& s) {
      return s.execute(sql::request_purge_at, {{":id", id}, {":purge_at", (parts_.clock.now() + retried_after).count()}, {":error_code", stored.error_code}});
    }));
  return done;
}

Result<void> Requests::work(const WorkspaceId& workspace, Stored& stored, const Progress& progress, std::stop_token stop) {
  if (stored.state == RequestState::queued) {
    stored.state = RequestState::running;
    TRY(save(workspace, stored));
  }
  std::vector<uint32_t> identities;
  for (const auto& subject : stored.subjects) identities.insert(identities.end(), subject.identities.begin(), subject.identities.end());
  switch (stored.kind) {
    case RequestKind::erasure: return erase_subjects(workspace, stored, progress, stop);
    case RequestKind::rectification:
      if (stored.state == RequestState::running) TRY(put_right(workspace, stored, progress));
      TRY(forget_change(workspace, stored));
      return rewrite(workspace, stored, progress, stop);
    case RequestKind::access: TRY(make_file(workspace, stored)); break;
    case RequestKind::restriction: TRY(parts_.restrict(workspace, identities, true)); break;
    case RequestKind::lifting: TRY(parts_.restrict(workspace, identities, false)); break;
  }
  TRY(parts_.database.write(workspace, [&](db::Session& s) { return s.execute(sql::request_unseal, {{":id", stored.id}}); }));
  stored.finished_at = parts_.clock.now().count();
  stored.proof.gone_after_s.reset();
  stored.error_code.reset();
  stored.state = RequestState::done;
  return save(workspace, stored);
}

void Requests::count(Stored& stored, std::string_view holder, uint64_t records) {
  auto& proof = stored.proof.holders;
  auto at = std::ranges::find(proof, holder, &HolderProof::holder);
  if (at == proof.end()) at = proof.insert(proof.end(), {std::string(holder), 0});
  at->records += records;  // what an earlier run, cut off, has done stays counted
}

Result<void> Requests::hidden(const WorkspaceId& workspace, Stored& stored) {
  stored.hidden_at = parts_.clock.now().count();
  stored.proof.gone_after_s = seconds_between(stored.created_at, *stored.hidden_at);
  stored.error_code.reset();
  stored.state = RequestState::hidden;
  return save(workspace, stored);
}

Result<void> Requests::erase_subjects(const WorkspaceId& workspace, Stored& stored, const Progress& progress, std::stop_token stop) {
  if (stored.state == RequestState::running) {
    double step = 0;
    for (Holder* holder : holders_) {
      progress(0.4 * step++ / static_cast<double>(holders_.size()), "hide");
      count(stored, holder->name(), TRY(holder->erase(workspace, stored.subjects)));
      TRY(save(workspace, stored));
    }
    TRY(hidden(workspace, stored));
  }
  return rewrite(workspace, stored, progress, stop);
}

Result<void> Requests::rewrite(const WorkspaceId& workspace, Stored& stored, const Progress& progress, std::stop_token stop) {
  if (stored.purge_at.value_or(0) > parts_.clock.now().count()) return {};
  double step = 0;
  for (Holder* holder : holders_) {
    if (stop.stop_requested()) return Error::make(ErrorKind::cancelled, "cancelled", "the server ends");
    progress(0.4 + 0.55 * step++ / static_cast<double>(holders_.size()), "rewrite");
    TRY(holder->purge(workspace, stored.subjects, stop));
  }
  TRY(parts_.database.write(workspace, [&](db::Session& s) { return s.execute(sql::request_unseal, {{":id", stored.id}}); }));
  TRY(parts_.database.scrub());
  stored.finished_at = parts_.clock.now().count();
  stored.proof.bytes_gone_after_s = seconds_between(stored.created_at, *stored.finished_at);
  stored.error_code.reset();
  stored.state = RequestState::done;
  TRY(save(workspace, stored));
  progress(1, "rewrite");
  return {};
}

Result<void> Requests::erase_again(const WorkspaceId& workspace, const std::vector<uint32_t>& identities, std::stop_token stop) {
  std::lock_guard only(one_at_a_time_);
  std::vector<Subject> subjects;
  const auto originals = TRY(parts_.vault.originals(workspace, identities));
  for (size_t i = 0; i < identities.size(); ++i)
    subjects.push_back({.customer = identities[i], .pseudonym = parts_.vault.pseudonym(workspace, identities[i]), .identities = {identities[i]}, .identifiers = {originals[i]}});
  for (Holder* holder : holders_) TRY(holder->erase(workspace, subjects));
  for (Holder* holder : holders_) TRY(holder->purge(workspace, subjects, stop));
  return parts_.database.scrub();
}

Result<void> Requests::make_file(const WorkspaceId& workspace, Stored& stored) {
  const auto& subject = stored.subjects.at(0);
  nlohmann::json out{{"form", "lotse access 1"}, {"made_at", iso_utc(parts_.clock.now())}, {"customer", subject.pseudonym}};
  for (Holder* holder : holders_) out["data"][std::string(holder->name())] = TRY(holder->find(workspace, subject));
  const auto path = file_path(workspace, stored.id);
  std::error_code failed;
  std::filesystem::create_directories(path.parent_path(), failed);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const auto broken = [&] { return Error::make(ErrorKind::unavailable, errno == ENOSPC ? "disk_full" : "file_not_writable", path.string() + ": " + std::strerror(errno)); };
  if (file < 0) return broken();
  const std::string text = out.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
  size_t at = 0;
  while (at < text.size()) {
    const ssize_t n = ::write(file, text.data() + at, text.size() - at);
    if (n <= 0) break;
    at += static_cast<size_t>(n);
  }
  const bool whole = at == text.size() && ::fsync(file) == 0;
  if (!whole) {
    auto error = broken();
    ::close(file);
    return error;
  }
  ::close(file);
  return {};
}

Result<nlohmann::json> Requests::file(const Viewer& viewer, std::string_view id) {
  TRY(may_ask(viewer));
  const auto stored = TRY(load(viewer.workspace(), id));
  std::ifstream in(file_path(viewer.workspace(), stored.id), std::ios::binary);
  if (stored.kind != RequestKind::access || !in) return Error::make(ErrorKind::not_found, "file_gone", std::string(id));
  TRY(parts_.audit.note(viewer, "privacy.file", stored.id));
  auto out = nlohmann::json::parse(in, nullptr, false);
  if (out.is_discarded()) return Error::make(ErrorKind::internal, "file_broken", std::string(id));
  return out;
}

Result<std::string> Requests::archive(const Viewer& viewer, std::string_view id, std::string_view language) {
  return parts_.archive(TRY(file(viewer, id)), language);
}

Result<uint32_t> Requests::identity_of(const WorkspaceId& workspace, std::string_view text, std::string_view field) {
  text = without_blanks(text);
  const auto found = TRY(parts_.vault.find(workspace, {&text, 1}));
  const uint32_t identity = found[0] ? found[0] : parts_.vault.customer_no(workspace, text).value_or(0);
  if (identity == 0) return Error{ErrorKind::not_found, "customer_not_found", std::string(field), "no customer has it"};
  return identity;
}

Result<void> Requests::alone(const std::function<Result<void>()>& work) {
  std::lock_guard only(one_at_a_time_);
  return work();
}

Result<void> Requests::set_consent(const Viewer& viewer, const ConsentOrder& order, Consents& consents) {
  TRY(may_ask(viewer));
  const auto purpose = purpose_of(order.purpose);
  if (!purpose) return Error::invalid("unknown_purpose", "/purpose", order.purpose);
  const uint32_t identity = TRY(identity_of(viewer.workspace(), order.customer, "/customer"));
  const auto [customer, identities] = TRY(parts_.customer_of(viewer.workspace(), identity));
  TRY(consents.set(viewer.workspace(), identities, *purpose, order.granted, viewer.principal()));
  return parts_.audit.note(viewer, "privacy.consent", parts_.vault.pseudonym(viewer.workspace(), customer),
                           {{"purpose", purpose_words[static_cast<size_t>(*purpose)]}, {"granted", order.granted}});
}

void Requests::look_after(std::stop_token stop) {
  const Micros now = parts_.clock.now();
  const auto due = parts_.database.read_system(
      [&](db::Session& s) { return s.query(sql::requests_due, {{":before", std::max(now - resumed_after, began_).count()}, {":now", now.count()}}); });
  if (!due) return log_warning("privacy", "{}", due.error().detail);
  for (const auto& row : *due) {
    if (stop.stop_requested()) return;
    (void)run({row.text(0)}, row.text(1), [](double, std::string_view) {}, stop);  // says itself what went wrong
  }
  const auto old = parts_.database.read_system([&](db::Session& s) {
    return s.query(sql::files_old, {{":before", (now - file_kept).count()}, {":not_before", (now - file_kept - 2 * day).count()}});
  });
  if (!old) return;
  for (const auto& row : *old)
    if (auto gone = wipe_file(file_path({row.text(0)}, row.text(1))); !gone) log_warning("privacy", "{}", gone.error().detail);
}

/// Files that were made for the customers themselves.
Result<uint64_t> Requests::erase(const WorkspaceId& workspace, std::span<const Subject> subjects) {
  std::set<uint32_t> customers;
  for (const auto& subject : subjects) customers.insert(subject.customer);
  uint64_t gone = 0;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(parts_.folder(workspace) / "privacy", none)) {
    const auto stored = load(workspace, entry.path().stem().string());
    if (stored && !customers.contains(stored->subjects.at(0).customer)) continue;
    TRY(wipe_file(entry.path()));
    ++gone;
  }
  return gone;
}

Result<nlohmann::json> VaultHolder::find(const WorkspaceId& workspace, const Subject& subject) {
  return nlohmann::json(TRY(vault_.originals(workspace, subject.identities)));
}

Result<uint64_t> VaultHolder::erase(const WorkspaceId& workspace, std::span<const Subject> subjects) {
  std::vector<uint32_t> identities;
  for (const auto& subject : subjects) identities.insert(identities.end(), subject.identities.begin(), subject.identities.end());
  TRY(vault_.erase(workspace, identities));
  return identities.size();
}

}  // namespace lotse::privacy
