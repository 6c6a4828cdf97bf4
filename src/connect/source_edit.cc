#include <algorithm>

#include "base/ids.h"
#include "connect/connect_sql.h"
#include "connect/names.h"
#include "connect/sources.h"

/// Sources that people make and set by hand; those of imports come with their first file.
namespace lotse::connect {

namespace {
Result<std::optional<std::string>> checked_channel(const std::string& channel) {
  if (channel.empty()) return std::optional<std::string>{};
  return std::optional(TRY(checked_name(channel, "/channel")));
}
/// A text that may be empty; line breaks are kept.
Result<std::string> checked_note(std::string text, std::string_view field, size_t characters_max) {
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.pop_back();
  const auto characters = static_cast<size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
  const bool controls = std::ranges::any_of(text, [](char c) { return (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t' && c != '\r') || c == 0x7f; });
  if (characters > characters_max || controls) return Error::invalid("source_text_too_long", "/" + std::string(field), "at most " + std::to_string(characters_max) + " characters");
  return text;
}
}  // namespace

Result<Source> Sources::create(const Viewer& viewer, const SourceRequest& request) {
  if (!viewer.may(Right::import_data)) return Error::make(ErrorKind::forbidden, "forbidden", "import_data is needed");
  const std::string name = TRY(checked_name(request.name, "/name"));
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
  const auto channel = TRY(checked_channel(patch.channel.value_or("")));
  const auto all = TRY(list(viewer));
  const auto at = std::ranges::find(all, id, &Source::id);
  if (at == all.end()) return Error::make(ErrorKind::not_found, "source_not_found", std::string(id));
  Source source = *at;
  if (etag && *etag != source.etag) return Error::make(ErrorKind::stale, "stale", "the source is at version " + source.etag);
  nlohmann::json changed_fields = nlohmann::json::object();
  if (patch.channel) {
    source.mapping.channel = channel;
    changed_fields["channel"] = channel.value_or("");
  }
  const auto take = [&](const char* field, const std::optional<std::string>& text, std::string& to, size_t characters_max) -> Result<void> {
    if (!text) return {};
    to = TRY(checked_note(*text, field, characters_max));
    changed_fields[field] = to;
    return {};
  };
  TRY(take("owner", patch.owner, source.owner, 200));
  TRY(take("system", patch.system, source.system, 200));
  TRY(take("purpose", patch.purpose, source.purpose, 1000));
  TRY(database_.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    const auto changed = TRY(session.execute(sql::source_settings, {{":id", id},
                                                                     {":mapping", to_json(source.mapping).dump()},
                                                                     {":owner", source.owner},
                                                                     {":system", source.system},
                                                                     {":purpose", source.purpose},
                                                                     {":version", std::stoll(source.etag)}}));
    if (changed == 0) return Error::make(ErrorKind::stale, "stale", "somebody changed it meanwhile");
    return audit_.note(session, viewer.principal(), "source.change", id, changed_fields);
  }));
  source.etag = std::to_string(std::stoll(source.etag) + 1);
  return source;
}

}  // namespace lotse::connect
