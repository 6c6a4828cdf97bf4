#include "access/audit.h"

#include <sodium.h>

#include <charconv>
#include <limits>

#include "access/access_sql.h"
#include "base/ids.h"

namespace lotse::access {
namespace {
constexpr size_t page_size = 100;

/// "MICROSECONDS.ID" of the last entry of a page.
Result<std::pair<int64_t, std::string>> position(const std::optional<std::string>& cursor) {
  if (!cursor) return std::pair(std::numeric_limits<int64_t>::max(), std::string());
  const auto dot = cursor->find('.');
  int64_t at = 0;
  const auto end = cursor->data() + std::min(dot, cursor->size());
  if (dot == std::string::npos || std::from_chars(cursor->data(), end, at).ptr != end || !is_id(cursor->substr(dot + 1), "au"))
    return Error::invalid("invalid_cursor", "/cursor", "not a cursor of this list");
  return std::pair(at, cursor->substr(dot + 1));
}

/// The parts with their lengths, so that no two entries give the same bytes.
std::string chain_hash(std::string_view before, int64_t number, std::string_view id, int64_t at, std::string_view principal, std::string_view action,
                       std::string_view object, std::string_view details) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, 32);
  const auto add = [&](std::string_view part) {
    const uint64_t size = part.size();
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(&size), sizeof size);
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()), part.size());
  };
  add(before);
  add(std::to_string(number));
  add(id);
  add(std::to_string(at));
  add(principal);
  add(action);
  add(object);
  add(details);
  unsigned char hash[32];
  crypto_generichash_final(&state, hash, sizeof hash);
  std::string text(65, '\0');
  sodium_bin2hex(text.data(), text.size(), hash, sizeof hash);
  text.pop_back();
  return text;
}
constexpr int64_t verified_at_once = 5000;
}  // namespace

Result<void> Audit::note(const Viewer& viewer, std::string_view action, std::string_view object, const nlohmann::json& details) {
  return database_.write(viewer.workspace(),
                         [&](db::Session& session) { return note(session, viewer.principal(), action, object, details); });
}

Result<void> Audit::note(db::Session& session, const std::string& principal, std::string_view action, std::string_view object,
                         const nlohmann::json& details) {
  const Micros now = clock_.now();
  const auto last = TRY(session.query(sql::audit_last));
  const int64_t number = last.empty() ? 1 : last[0].integer(0) + 1;
  const std::string before = last.empty() ? std::string() : last[0].text(1), id = new_id("au", now), text = details.dump();
  TRY(session.execute(sql::audit_insert, {{":id", id},
                                          {":at", now.count()},
                                          {":principal", principal},
                                          {":action", action},
                                          {":object", object},
                                          {":details", text},
                                          {":number", number},
                                          {":hash", chain_hash(before, number, id, now.count(), principal, action, object, text)}}));
  return {};
}

Result<AuditProof> Audit::verify(const WorkspaceId& workspace) {
  AuditProof proof;
  std::string before;
  for (;;) {
    const auto rows = TRY(database_.read(workspace, [&](db::Session& session) {
      return session.query(sql::audit_chain, {{":after", proof.entries}, {":most", verified_at_once}});
    }));
    for (const auto& row : rows) {
      const int64_t number = row.integer(0);
      const std::string hash = row.text(7);
      if (number != proof.entries + 1 ||
          hash != chain_hash(before, number, row.text(1), row.integer(2), row.text(3), row.text(4), row.text(5), row.text(6))) {
        proof.whole = false;
        proof.broken_at = proof.entries + 1;
        proof.broken_time = iso_utc(Micros{row.integer(2)});
        return proof;
      }
      before = hash;
      proof.entries = number;
      proof.head = hash;
    }
    if (static_cast<int64_t>(rows.size()) < verified_at_once) break;
  }
  proof.checked_at = iso_utc(clock_.now());
  return proof;
}

Result<Audit::Entries> Audit::list(const Viewer& viewer, const std::optional<std::string>& cursor) {
  const auto from = TRY(position(cursor));
  const auto rows = TRY(database_.read(viewer.workspace(), [&](db::Session& session) {
    return session.query(sql::audit_list, {{":at", from.first}, {":id", from.second}});
  }));
  Entries entries;
  for (const auto& row : rows) {
    if (entries.items.size() == page_size) {
      const auto& last = rows[page_size - 1];
      entries.next_cursor = std::to_string(last.integer(0)) + "." + last.text(5);
      break;
    }
    entries.items.push_back({.at = iso_utc(Micros{row.integer(0)}),
                             .principal = row.text(1),
                             .action = row.text(2),
                             .object = row.text(3),
                             .details = nlohmann::json::parse(row.text(4), nullptr, false)});
  }
  return entries;
}

}  // namespace lotse::access
