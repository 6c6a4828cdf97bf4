#include "connect/write_keys.h"

#include <algorithm>

#include "base/ids.h"
#include "base/log.h"
#include "base/secret.h"
#include "connect/connect_sql.h"
#include "connect/detail/rights.h"
#include "connect/names.h"

namespace lotse::connect {

namespace {
using namespace std::chrono_literals;
constexpr auto remembered = 5s;
constexpr size_t remembered_max = 10'000, keys_of_source_max = 100, hint_size = 4;
constexpr int64_t noted_every = 60'000'000;

WriteKey key_of(const db::Row& row) {
  WriteKey key{.id = row.text(0), .source = row.text(1), .name = row.text(2), .hint = row.text(3), .created_at = iso_utc(Micros{row.integer(4)}), .created_by = row.text(5)};
  if (const auto at = row.optional_integer(6)) key.last_used_at = iso_utc(Micros{*at});
  return key;
}
}  // namespace

Result<std::vector<WriteKey>> WriteKeys::list(const Viewer& viewer) {
  TRY(detail::may_import(viewer));
  std::vector<WriteKey> keys;
  for (const auto& row : TRY(database_.read(viewer.workspace(), [](db::Session& s) { return s.query(sql::write_key_list); }))) keys.push_back(key_of(row));
  return keys;
}

Result<NewWriteKey> WriteKeys::create(const Viewer& viewer, const WriteKeyRequest& request) {
  TRY(detail::may_import(viewer));
  const std::string name = TRY(checked_name(request.name, "/name"));
  const Micros now = clock_.now();
  const std::string id = new_id("wk", now), secret = "lotse_wk_" + random_token(24);
  return database_.write(viewer.workspace(), [&](db::Session& session) -> Result<NewWriteKey> {
    if (TRY(session.query(sql::source_get, {{":id", request.source}})).empty())
      return Error{ErrorKind::not_found, "source_not_found", "/source", request.source};
    const auto keys = TRY(session.query(sql::write_key_list));
    if (static_cast<size_t>(std::ranges::count_if(keys, [&](const db::Row& row) { return row.text(1) == request.source; })) >= keys_of_source_max)
      return Error::make(ErrorKind::conflict, "too_many_write_keys", "100 of a source");
    TRY(session.execute(sql::write_key_insert, {{":id", id}, {":source_id", request.source}, {":name", name}, {":secret_hash", hash_of_secret(secret)},
                                                {":hint", secret.substr(secret.size() - hint_size)}, {":created_by", viewer.principal()}, {":now", now.count()}}));
    TRY(audit_.note(session, viewer.principal(), "write_key.create", id, {{"name", name}, {"source", request.source}}));
    return NewWriteKey{.write_key = key_of(TRY(session.query(sql::write_key_get, {{":id", id}})).at(0)), .secret = secret};
  });
}

Result<void> WriteKeys::revoke(const Viewer& viewer, std::string_view id) {
  TRY(detail::may_import(viewer));
  TRY(database_.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    if (TRY(session.execute(sql::write_key_delete, {{":id", id}})) == 0) return Error::make(ErrorKind::not_found, "write_key_not_found", std::string(id));
    return audit_.note(session, viewer.principal(), "write_key.revoke", id);
  }));
  memory_.with([](Memory& m) {
    m.by_hash.clear();
    ++m.changes;
  });
  return {};
}

void WriteKeys::forget(const WorkspaceId& workspace) {
  memory_.with([&](Memory& m) {
    m.gone.insert(workspace);
    m.by_hash.clear();
    ++m.changes;
  });
}

Result<WriteKeys::Known> WriteKeys::look_up(const std::string& hash) {
  Known known{.until = std::chrono::steady_clock::now() + remembered};
  const auto rows = TRY(database_.read_system([&](db::Session& s) { return s.query(sql::write_key_find, {{":secret_hash", hash}}); }));
  if (rows.empty()) return known;
  const auto& row = rows[0];
  const auto mapping = TRY(parse_json<SourceMapping>(row.text(4)));
  known.id = row.text(1);
  known.noted = row.optional_integer(5).value_or(0);
  known.source = std::make_shared<const TrackedSource>(TrackedSource{.workspace = {row.text(0)},
                                                                     .source_id = row.text(2),
                                                                     .source_name = row.text(3),
                                                                     .channel = mapping.channel.value_or(""),
                                                                     .direction = mapping.direction.value_or(""),
                                                                     .unit = mapping.unit.value_or("")});
  return known;
}

void WriteKeys::note_use(const Known& known, int64_t now) {
  const auto noted = database_.write(known.source->workspace, [&](db::Session& s) { return s.execute(sql::write_key_used, {{":id", known.id}, {":now", now}}); });
  // A full disk must not refuse events that the store may still take.
  if (!noted) log_warning("tracking", "the use of a write key could not be noted: {}", noted.error().code);
}

Result<std::shared_ptr<const TrackedSource>> WriteKeys::source_of(std::string_view secret) {
  const auto refused = [] { return Error::make(ErrorKind::unauthenticated, "invalid_write_key", "unknown or revoked write key"); };
  if (secret.empty() || secret.size() > 200) return refused();
  const std::string hash = hash_of_secret(secret);
  const int64_t now = clock_.now().count();
  uint64_t changes = 0;
  bool due = false;
  const auto remembered_now = [&](Memory& m, Known& known) {
    due = known.source && now - known.noted > noted_every;
    if (due) known.noted = now;
    return known.source && m.gone.contains(known.source->workspace) ? Known{} : known;
  };
  auto known = memory_.with([&](Memory& m) -> std::optional<Known> {
    changes = m.changes;
    const auto at = m.by_hash.find(hash);
    if (at == m.by_hash.end() || at->second.until < std::chrono::steady_clock::now()) return std::nullopt;
    return remembered_now(m, at->second);
  });
  if (!known) {
    auto found = TRY(look_up(hash));
    known = memory_.with([&](Memory& m) -> Known {
      Known now_known = remembered_now(m, found);
      if (m.changes != changes) return now_known;  // a key was revoked meanwhile: this answer is the last of its kind
      if (m.by_hash.size() >= remembered_max) m.by_hash.clear();
      m.by_hash[hash] = found;
      return now_known;
    });
  }
  if (!known->source) return refused();
  if (due) note_use(*known, now);
  return known->source;
}

}  // namespace lotse::connect
