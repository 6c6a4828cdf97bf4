#include <algorithm>

#include "base/ids.h"
#include "connect/connect_sql.h"
#include "connect/detail/names.h"
#include "connect/sources.h"

/// Sources that people make and set by hand; those of imports come with their first file.
namespace lotse::connect {

namespace {
Result<std::optional<std::string>> checked_channel(const std::string& channel) {
  if (channel.empty()) return std::optional<std::string>{};
  return std::optional(TRY(detail::checked_name(channel, "/channel")));
}
}  // namespace

Result<Source> Sources::create(const Viewer& viewer, const SourceRequest& request) {
  if (!viewer.may(Right::import_data)) return Error::make(ErrorKind::forbidden, "forbidden", "import_data is needed");
  const std::string name = TRY(detail::checked_name(request.name, "/name"));
  SourceMapping mapping;
  mapping.channel = TRY(checked_channel(request.channel.value_or("")));
  TRY(take_in(viewer));
  const Micros now = clock_.now();
  const std::string id = new_id("src", now);
  TRY(database_.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    if (!TRY(session.query(sql::source_by_name, {{":name", name}})).empty()) return Error{ErrorKind::conflict, "source_exists", "/name", name};
    TRY(session.execute(sql::source_insert, {{":id", id}, {":name", name}, {":mapping", to_json(mapping).dump()}, {":created_at", now.count()}}));
    return audit_.note(session, viewer.principal(), "source.create", id, {{"name", name}});
  }));
  return Source{.id = id, .name = name, .created_at = iso_utc(now), .etag = "1", .mapping = std::move(mapping)};
}

Result<Source> Sources::change(const Viewer& viewer, std::string_view id, const SourcePatch& patch, const std::optional<std::string>& etag) {
  if (!viewer.may(Right::import_data)) return Error::make(ErrorKind::forbidden, "forbidden", "import_data is needed");
  const auto channel = TRY(checked_channel(patch.channel));
  const auto all = TRY(list(viewer));
  const auto at = std::ranges::find(all, id, &Source::id);
  if (at == all.end()) return Error::make(ErrorKind::not_found, "source_not_found", std::string(id));
  Source source = *at;
  if (etag && *etag != source.etag) return Error::make(ErrorKind::stale, "stale", "the source is at version " + source.etag);
  source.mapping.channel = channel;
  TRY(database_.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    const auto changed = TRY(session.execute(sql::source_settings, {{":id", id}, {":mapping", to_json(source.mapping).dump()}, {":version", std::stoll(source.etag)}}));
    if (changed == 0) return Error::make(ErrorKind::stale, "stale", "somebody changed it meanwhile");
    return audit_.note(session, viewer.principal(), "source.change", id, {{"channel", channel.value_or("")}});
  }));
  source.etag = std::to_string(std::stoll(source.etag) + 1);
  return source;
}

}  // namespace lotse::connect
