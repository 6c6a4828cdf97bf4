#include "privacy/policies.h"

#include "privacy/detail/rights.h"
#include "privacy/privacy_sql.h"

namespace lotse::privacy {

namespace {
constexpr std::string_view of_workspace = "workspace";
constexpr size_t text_bytes_max = 500;

}  // namespace

Result<void> Policies::begin() {
  for (const auto& row : TRY(database_.read_system([](db::Session& s) { return s.query(sql::settings_of_workspaces); })))
    vault_.let_erased_return({row.text(0)}, TRY(parse_json<PrivacySettings>(row.text(1))).erased_may_return);
  return {};
}

Result<PrivacySettings> Policies::settings(const Viewer& viewer) {
  const auto rows = TRY(database_.read(viewer.workspace(), [](db::Session& s) { return s.query(sql::settings_get, {{":subject", of_workspace}}); }));
  if (rows.empty()) return PrivacySettings{.etag = "0"};
  auto out = TRY(parse_json<PrivacySettings>(rows[0].text(0)));
  out.etag = std::to_string(rows[0].integer(1));
  return out;
}

Result<PrivacySettings> Policies::change(const Viewer& viewer, const PrivacySettings& wanted, const std::optional<std::string>& etag) {
  TRY(detail::may_change(viewer));
  if (wanted.officer.value_or("").size() > text_bytes_max) return Error::invalid("text_too_long", "/officer");
  if (wanted.contact.value_or("").size() > text_bytes_max) return Error::invalid("text_too_long", "/contact");
  TRY(database_.write(viewer.workspace(), [&](db::Session& s) -> Result<void> {
    const auto rows = TRY(s.query(sql::settings_get, {{":subject", of_workspace}}));
    const std::string now = rows.empty() ? "0" : std::to_string(rows[0].integer(1));
    if (etag && *etag != now) return Error::make(ErrorKind::stale, "stale", "the settings are at version " + now);
    TRY(s.execute(sql::settings_put, {{":subject", of_workspace}, {":settings", to_json(wanted).dump()}}));
    return audit_.note(s, viewer.principal(), "privacy.settings", viewer.workspace().value, {{"erased_may_return", wanted.erased_may_return}});
  }));
  vault_.let_erased_return(viewer.workspace(), wanted.erased_may_return);
  return settings(viewer);
}

Result<std::shared_ptr<const Policies::BySource>> Policies::sources(const WorkspaceId& workspace) {
  if (auto known = known_.with([&](auto& all) {
        const auto at = all.find(workspace);
        return at == all.end() ? nullptr : at->second;
      }))
    return known;
  auto made = std::make_shared<BySource>();
  for (const auto& row : TRY(database_.read(workspace, [](db::Session& s) { return s.query(sql::settings_list); })))
    if (row.text(0) != of_workspace) (*made)[row.text(0)] = TRY(parse_json<SourcePrivacy>(row.text(1)));
  std::shared_ptr<const BySource> out = std::move(made);
  known_.with([&](auto& all) { all[workspace] = out; });
  return out;
}

Result<SourcePrivacy> Policies::change_source(const Viewer& viewer, const SourcePrivacy& policy) {
  TRY(detail::may_change(viewer));
  TRY(database_.write(viewer.workspace(), [&](db::Session& s) -> Result<void> {
    TRY(s.execute(sql::settings_put, {{":subject", policy.source}, {":settings", to_json(policy).dump()}}));
    return audit_.note(s, viewer.principal(), "privacy.source", policy.source, to_json(policy));
  }));
  known_.with([&](auto& all) { all.erase(viewer.workspace()); });
  return policy;
}

void Policies::forget(const WorkspaceId& workspace) {
  known_.with([&](auto& all) { all.erase(workspace); });
}

}  // namespace lotse::privacy
