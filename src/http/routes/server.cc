#include "access/operator.h"
#include "access/types.h"
#include "http/routes.h"
#include "http/upkeep.h"

/// What the machine's owner does by the command line while a server holds the data folder: reached by the folder's own
/// socket only.
namespace lotse::http {
namespace server_rows {
namespace {
using access::Caller;

struct UserRequest {
  std::string email, name;
  bool operator_of_server = false;
  std::optional<std::string> workspace;
  Role role = Role::reader;
  static constexpr auto describe() {
    return json_object("UserRequest", field("email", &UserRequest::email, ""), field("name", &UserRequest::name, ""),
                       defaulted("operator_of_server", &UserRequest::operator_of_server, ""),
                       field("workspace", &UserRequest::workspace, "id or slug; becomes a member there"),
                       defaulted("role", &UserRequest::role, "in that workspace"));
  }
};
struct PasswordRequest {
  std::string email;
  std::optional<std::string> password;
  static constexpr auto describe() {
    return json_object("PasswordRequest", field("email", &PasswordRequest::email, ""),
                       field("password", &PasswordRequest::password, "absent: one is made, to be changed at the first sign-in"));
  }
};
struct PasswordAnswer {
  std::string email, password;
  static constexpr auto describe() {
    return json_object("PasswordAnswer", field("email", &PasswordAnswer::email, ""), field("password", &PasswordAnswer::password, ""));
  }
};
struct ServerWorkspace {
  std::string id, slug, name, time_zone, language;
  bool is_demo = false;
  static constexpr auto describe() {
    return json_object("ServerWorkspace", field("id", &ServerWorkspace::id, ""), field("slug", &ServerWorkspace::slug, ""), field("name", &ServerWorkspace::name, ""),
                       field("time_zone", &ServerWorkspace::time_zone, ""), field("language", &ServerWorkspace::language, ""),
                       field("is_demo", &ServerWorkspace::is_demo, ""));
  }
};
struct ServerWorkspaceRequest {
  std::string name;
  std::optional<std::string> slug, administrator;
  std::string time_zone = "Europe/Berlin", language = "de";
  static constexpr auto describe() {
    return json_object("ServerWorkspaceRequest", field("name", &ServerWorkspaceRequest::name, ""),
                       field("slug", &ServerWorkspaceRequest::slug, "absent: from the name"),
                       field("administrator", &ServerWorkspaceRequest::administrator, "e-mail; absent: the first operator"),
                       defaulted("time_zone", &ServerWorkspaceRequest::time_zone, ""), defaulted("language", &ServerWorkspaceRequest::language, ""));
  }
};
struct BackupRequest {
  std::string target;
  static constexpr auto describe() { return json_object("BackupRequest", field("target", &BackupRequest::target, "absolute path of a new folder")); }
};
struct Defects {
  std::vector<std::string> defects;
  static constexpr auto describe() { return json_object("Defects", field("defects", &Defects::defects, "one line each; none: all is well")); }
};

ServerWorkspace shown(const access::WorkspaceSettings& s) {
  return {.id = s.id.value, .slug = s.slug, .name = s.name, .time_zone = s.time_zone, .language = s.language, .is_demo = s.is_demo};
}

Result<Page<access::User>> users(Services& services, const Caller&, const Request&) { return Page<access::User>{.items = TRY(services.owner.users())}; }

Result<Created<PasswordAnswer>> add_user(Services& services, const Caller&, const Request&, const UserRequest& body) {
  std::optional<Viewer> viewer;
  if (body.workspace) viewer = TRY(services.owner.viewer(*body.workspace));
  const auto made = TRY(services.owner.add_user(body.email, body.name, body.operator_of_server, std::nullopt));
  if (viewer) TRY(services.owner.set_member(viewer->workspace(), made.email, body.role));
  return Created<PasswordAnswer>{{made.email, made.password}};
}
Result<PasswordAnswer> set_password(Services& services, const Caller&, const Request&, const PasswordRequest& body) {
  const auto made = TRY(services.owner.set_password(body.email, body.password));
  return PasswordAnswer{made.email, made.password};
}
Result<Page<ServerWorkspace>> workspaces(Services& services, const Caller&, const Request&) {
  Page<ServerWorkspace> page;
  for (const auto& s : TRY(services.workspaces.all())) page.items.push_back(shown(s));
  return page;
}
Result<Created<ServerWorkspace>> add_workspace(Services& services, const Caller& caller, const Request&, const ServerWorkspaceRequest& body) {
  const std::string administrator = body.administrator ? TRY(services.owner.caller(*body.administrator)).user : caller.user;
  access::WorkspaceSettings wanted{.slug = body.slug.value_or(""), .name = body.name, .time_zone = body.time_zone, .language = body.language};
  return Created<ServerWorkspace>{shown(TRY(services.owner.make_workspace(wanted, administrator)))};
}
Result<NoContent> backup(Services& services, const Caller&, const Request&, const BackupRequest& body) {
  if (!body.target.starts_with('/')) return Error::invalid("target_not_absolute", "/target", body.target);
  TRY(services.upkeep.backup(body.target));
  return NoContent{};
}
Result<Defects> check(Services& services, const Caller&, const Request&) { return Defects{TRY(services.upkeep.defects())}; }
}  // namespace
}  // namespace server_rows

std::vector<Route> server_routes() {
  using namespace server_rows;
  constexpr Need owner = Need::machine_owner;
  std::vector<Route> rows;
  rows.push_back(row(Method::get, "/server/users", owner, "Everybody with an account on this server", {}, users));
  rows.push_back(row(Method::post, "/server/users", owner, "Make an account", {"invalid_email", "invalid_name", "user_exists", "workspace_not_found"}, add_user));
  rows.push_back(row(Method::post, "/server/password", owner, "Give somebody a new password; ends their sessions",
                     {"user_not_found", "password_too_short", "password_too_long"}, set_password));
  rows.push_back(row(Method::get, "/server/workspaces", owner, "Every workspace of this server", {}, workspaces));
  rows.push_back(row(Method::post, "/server/workspaces", owner, "Make a workspace",
                     {"invalid_name", "invalid_time_zone", "invalid_language", "workspace_exists", "user_not_found"}, add_workspace));
  rows.push_back(row(Method::post, "/server/backup", owner, "Copy the whole data folder consistently", {"target_exists", "target_not_writable", "target_not_absolute", "target_in_data_folder", "disk_full"}, backup));
  rows.push_back(row(Method::post, "/server/check", owner, "Read everything and tell what is damaged", {}, check));
  return rows;
}

}  // namespace lotse::http
