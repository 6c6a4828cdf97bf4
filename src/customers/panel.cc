#include "customers/panel.h"

#include <algorithm>

#include "base/ids.h"
#include "base/log.h"
#include "base/secret.h"
#include "customers/customers_sql.h"

namespace lotse::customers {
namespace {

constexpr size_t origins_max = 20;

/// "https://desk.example.com", with a port or not: scheme and host only, so that it cannot carry anything else into a header.
bool is_origin(std::string_view text) {
  std::string_view host;
  if (text.starts_with("https://")) host = text.substr(8);
  else if (text.starts_with("http://")) host = text.substr(7);
  if (host.empty() || text.size() > 200 || host.front() == '.' || host.front() == '-' || host.front() == ':') return false;
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':'; };
  const auto colon = host.find(':');
  const auto port = colon == std::string_view::npos ? std::string_view("1") : host.substr(colon + 1);
  return std::ranges::all_of(host, fits) && !port.empty() && port.size() <= 5 && std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

Result<CustomerViewSettings> Panel::settings_of(const WorkspaceId& workspace) {
  const auto rows = TRY(database_.read(workspace, [&](db::Session& session) { return session.query(sql::view_settings_get); }));
  CustomerViewSettings out;
  out.etag = "0";
  if (rows.empty()) return out;
  out = TRY(parse_json<CustomerViewSettings>(rows.front().text(0)));
  out.etag = std::to_string(rows.front().integer(1));
  return out;
}

Result<CustomerViewSettings> Panel::settings(const Viewer& viewer) { return settings_of(viewer.workspace()); }

Result<CustomerViewSettings> Panel::change(const Viewer& viewer, const CustomerViewSettings& wanted, std::string_view etag) {
  if (!viewer.may(Right::administer)) return Error::make(ErrorKind::forbidden, "forbidden", "administer is needed");
  if (wanted.origins.size() > origins_max) return Error::invalid("invalid_origin", "/origins", "at most 20 origins");
  for (size_t i = 0; i < wanted.origins.size(); ++i)
    if (!is_origin(wanted.origins[i])) return Error::invalid("invalid_origin", "/origins/" + std::to_string(i), "like https://desk.example.com is expected");
  if (wanted.open_days < 1 || wanted.open_days > 3650) return Error::invalid("invalid_number", "/open_days", "1 to 3650 is expected");
  TRY(database_.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    const auto rows = TRY(session.query(sql::view_settings_get));
    const int64_t version = rows.empty() ? 0 : rows.front().integer(1);
    if (!etag.empty() && etag != std::to_string(version)) return Error::make(ErrorKind::stale, "stale", "the settings were changed by somebody else");
    CustomerViewSettings kept = wanted;
    kept.etag.clear();
    TRY(session.execute(sql::view_settings_put, {{":body", to_json(kept).dump()}, {":version", version + 1}}));
    return audit_.note(session, viewer.principal(), "customer_view.change", viewer.workspace().value, {{"origins", wanted.origins}});
  }));
  return settings(viewer);
}

std::string Panel::frame_ancestors(std::string_view workspace) {
  if (!is_id(workspace, "ws")) return "'none'";
  const auto found = settings_of(WorkspaceId{std::string(workspace)});
  if (!found || found->origins.empty()) return "'none'";
  std::string out;
  for (const auto& origin : found->origins) out += (out.empty() ? "" : " ") + origin;
  return out;
}

Result<PanelLink> Panel::link(const Viewer& viewer, const PanelLinkRequest& request) {
  if (!viewer.may(Right::see_customers)) return Error::make(ErrorKind::forbidden, "forbidden", "see_customers is needed");
  if (request.minutes < 1 || request.minutes > 60) return Error::invalid("invalid_number", "/minutes", "1 to 60 is expected");
  if (request.language && *request.language != "de" && *request.language != "en") return Error::invalid("invalid_language", "/language", "de or en is expected");
  const Micros now = clock_.now(), expires = now + std::chrono::minutes(request.minutes);
  // The secret names its workspace, so that it alone opens the link.
  const std::string secret = "lnk_" + viewer.workspace().value + "." + random_token(24);
  TRY(database_.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::panel_link_expire, {{":now", now.count()}}));
    TRY(session.execute(sql::panel_link_insert, {{":hash", hash_of_secret(secret)},
                                                 {":customer", request.customer},
                                                 {":principal", viewer.principal()},
                                                 {":created_at", now.count()},
                                                 {":expires_at", expires.count()}}));
    return audit_.note(session, viewer.principal(), "customer.link", request.customer, {{"minutes", request.minutes}});
  }));
  const std::string language = request.language ? "&l=" + *request.language : "";
  return PanelLink{.url = "/embed/customer?w=" + viewer.workspace().value + language + "#" + secret, .expires_at = iso_utc(expires)};
}

Result<Panel::Opened> Panel::open(std::string_view secret) {
  const Error refused = Error::make(ErrorKind::unauthenticated, "link_not_valid", "unknown or expired");
  const auto dot = secret.find('.');
  if (!secret.starts_with("lnk_") || dot == std::string_view::npos || !is_id(secret.substr(4, dot - 4), "ws")) return refused;
  const WorkspaceId workspace{std::string(secret.substr(4, dot - 4))};
  const auto rows = TRY(database_.read(workspace, [&](db::Session& session) { return session.query(sql::panel_link_get, {{":hash", hash_of_secret(secret)}}); }));
  if (rows.empty() || rows.front().integer(2) <= clock_.now().count()) return refused;
  auto viewer = workspaces_.viewer_of(workspace, rows.front().text(1));
  if (!viewer || !viewer->may(Right::see_customers)) return refused;
  return Opened{.viewer = std::move(*viewer), .customer = rows.front().text(0)};
}

}  // namespace lotse::customers
