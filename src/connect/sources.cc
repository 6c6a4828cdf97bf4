#include "connect/sources.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/ids.h"
#include "connect/connect_sql.h"

namespace lotse::connect {

namespace {
Result<SourceMapping> mapping_of(const db::Row& row) { return parse_json<SourceMapping>(row.text(2)); }

std::string without_blanks(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return std::string(text);
}
}  // namespace

Result<std::vector<Source>> Sources::list(const Viewer& viewer) {
  const auto store = TRY(stores_.open(viewer.workspace()));
  const auto dictionary = store->dictionary();
  std::map<std::string, uint64_t> events;
  for (const auto& n : TRY(store->statistics())) events[dictionary->sources.at(n.source - 1).id] = n.events;
  return database_.read(viewer.workspace(), [&](db::Session& session) -> Result<std::vector<Source>> {
    std::map<std::string, std::pair<int64_t, int64_t>> imports;
    for (const auto& row : TRY(session.query(sql::import_counts))) imports[row.text(0)] = {row.integer(1), row.integer(2)};
    std::vector<Source> out;
    for (const auto& row : TRY(session.query(sql::source_list))) {
      Source source;
      source.id = row.text(0);
      source.name = row.text(1);
      source.mapping = TRY(mapping_of(row));
      source.etag = std::to_string(row.integer(3));
      source.created_at = iso_utc(Micros{row.integer(4)});
      source.owner = row.text(5);
      source.system = row.text(6);
      source.purpose = row.text(7);
      source.events = events[source.id];
      if (const auto it = imports.find(source.id); it != imports.end()) {
        source.imports = static_cast<uint64_t>(it->second.first);
        source.last_import_at = iso_utc(Micros{it->second.second});
      }
      out.push_back(std::move(source));
    }
    return out;
  });
}

Result<void> Sources::remove(const Viewer& viewer, std::string_view id) {
  if (!viewer.may(Right::import_data)) return Error::make(ErrorKind::forbidden, "forbidden", "import_data is needed");
  const auto all = TRY(list(viewer));
  const auto it = std::ranges::find(all, id, &Source::id);
  if (it == all.end()) return Error::make(ErrorKind::not_found, "source_not_found", std::string(id));
  if (it->events > 0) return Error::make(ErrorKind::conflict, "source_has_events", "undo its imports first");
  TRY(database_.write(viewer.workspace(), [&](db::Session& s) -> Result<int64_t> {
    if (!TRY(s.query(sql::connector_of_source, {{":source_id", id}})).empty()) return Error::make(ErrorKind::conflict, "source_has_connector", "delete its connectors first");
    if (!TRY(s.query(sql::kpi_of_source, {{":source_id", id}})).empty()) return Error::make(ErrorKind::conflict, "source_has_kpis", "delete its KPIs first");
    return s.execute(sql::source_delete, {{":id", id}});
  }));
  return {};
}

Result<std::string> Sources::id_of(const Viewer& viewer, const std::string& wanted, const SourceMapping* mapping) {
  if (!viewer.may(Right::import_data)) return Error::make(ErrorKind::forbidden, "forbidden", "import_data is needed");
  const std::string name = without_blanks(wanted);
  if (name.empty() || name.size() > 320) return Error::invalid("invalid_name", "/source_name", "a name of 1 to 80 characters is expected");
  const Micros now = clock_.now();
  // A file's rows may have named it before.
  std::string id = new_id("src", now);
  const auto dictionary = TRY(stores_.open(viewer.workspace()))->dictionary();
  for (const auto& source : dictionary->sources)
    if (source.name == name) id = source.id;
  return database_.write(viewer.workspace(), [&](db::Session& session) -> Result<std::string> {
    const auto rows = TRY(session.query(sql::source_by_name, {{":name", name}}));
    const std::string text = mapping ? to_json(*mapping).dump() : std::string();
    if (!rows.empty()) {
      const std::string known = rows.front().text(0);
      if (mapping && rows.front().text(2) != text) TRY(session.execute(sql::source_update, {{":id", known}, {":mapping", text}}));
      return known;
    }
    TRY(session.execute(sql::source_insert, {{":id", id},
                                             {":name", name},
                                             {":mapping", mapping ? text : to_json(SourceMapping{}).dump()},
                                             {":created_at", now.count()}}));
    return id;
  });
}

Result<void> Sources::take_in(const Viewer& viewer) {
  const auto store = TRY(stores_.open(viewer.workspace()));
  const auto dictionary = store->dictionary();
  const Micros now = clock_.now();
  TRY(database_.write(viewer.workspace(), [&](db::Session& session) -> Result<int64_t> {
    std::set<std::string> ids, names;
    for (const auto& row : TRY(session.query(sql::source_list))) {
      ids.insert(row.text(0));
      names.insert(row.text(1));
    }
    for (const auto& source : dictionary->sources)
      if (!ids.contains(source.id) && names.insert(source.name).second)
        TRY(session.execute(sql::source_insert, {{":id", source.id},
                                                 {":name", source.name},
                                                 {":mapping", to_json(SourceMapping{}).dump()},
                                                 {":created_at", now.count()}}));
    return 0;
  }));
  return {};
}

std::optional<std::string> matching_source(const std::vector<db::Row>& sources, const Detection& detection) {
  std::set<std::string> columns;
  for (const auto& column : detection.columns) columns.insert(column.name);
  std::optional<std::string> best;
  size_t best_count = 0;
  for (const auto& row : sources) {
    const auto mapping = mapping_of(row);
    if (!mapping || mapping->columns.empty()) continue;
    size_t found = 0;
    bool fits = true;
    for (const auto& column : mapping->columns) {
      if (columns.contains(column.column))
        ++found;
      else if (column.role != ColumnRole::ignore)
        fits = false;
    }
    if (fits && found > best_count) {
      best = row.text(0);
      best_count = found;
    }
  }
  return best;
}

}  // namespace lotse::connect
