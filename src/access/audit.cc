#include "access/audit.h"

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
}  // namespace

Result<void> Audit::note(const Viewer& viewer, std::string_view action, std::string_view object, const nlohmann::json& details) {
  return database_.write(viewer.workspace(),
                         [&](db::Session& session) { return note(session, viewer.principal(), action, object, details); });
}

Result<void> Audit::note(db::Session& session, const std::string& principal, std::string_view action, std::string_view object,
                         const nlohmann::json& details) {
  const Micros now = clock_.now();
  TRY(session.execute(sql::audit_insert, {{":id", new_id("au", now)},
                                          {":at", now.count()},
                                          {":principal", principal},
                                          {":action", action},
                                          {":object", object},
                                          {":details", details.dump()}}));
  return {};
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
