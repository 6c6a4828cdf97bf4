#include "access/workspaces.h"

#include <algorithm>

#include "access/access_sql.h"
#include "access/audit.h"
#include "access/detail/checks.h"
#include "access/detail/memberships.h"
#include "access/detail/password.h"
#include "access/detail/restrictions.h"
#include "access/viewer_maker.h"
#include "base/ids.h"

namespace lotse::access {
namespace {
Error workspace_not_found() { return Error::make(ErrorKind::not_found, "workspace_not_found"); }
Error principal_gone() { return Error::make(ErrorKind::forbidden, "principal_gone", "who began this may no longer act here"); }

Role role_of(const std::string& text) {
  const auto role = from_word<Role>(text);
  ensure(role.has_value(), "the store holds a role's word");
  return *role;
}

Member member_of(const db::Row& row) {
  Member member{.user_id = row.text(0), .email = row.text(1), .name = row.text(2), .role = role_of(row.text(3))};
  if (const auto seen = row.optional_integer(4)) member.last_seen = iso_utc(Micros{*seen});
  member.restriction = detail::restriction_of(row.optional_text(5));
  return member;
}

Result<Member> member_in(db::Session& session, std::string_view user) {
  const auto rows = TRY(session.query(sql::member_get, {{":user_id", user}}));
  if (rows.empty()) return Error::make(ErrorKind::not_found, "member_not_found");
  return member_of(rows[0]);
}

/// A workspace without an administrator could no longer be managed by anybody.
Result<void> keep_an_administrator(db::Session& session, std::string_view user) {
  if (TRY(session.query(sql::administrators_besides, {{":user_id", user}})).at(0).integer(0) == 0)
    return Error::make(ErrorKind::conflict, "last_administrator", "the workspace's only administrator");
  return {};
}

/// One who may lift a restriction has none.
Result<std::optional<Restriction>> restriction_for(Role role, const std::optional<Restriction>& wanted) {
  auto checked = TRY(detail::checked_restriction(wanted, "/restriction"));
  if (role == Role::administrator && checked) return Error{ErrorKind::conflict, "administrator_not_restricted", "/restriction", "an administrator sets restrictions"};
  return checked;
}
}  // namespace

Workspaces::Workspaces(db::Database& database, Clock& clock, Audit& audit) : database_(database), clock_(clock), audit_(audit) {}

void Workspaces::on_delete(std::function<Result<void>(const WorkspaceId&)> hook) { hooks_.push_back(std::move(hook)); }

Result<Viewer> Workspaces::viewer(const Caller& caller, std::string_view workspace) {
  const auto rows = TRY(database_.read_system([&](db::Session& session) {
    return session.query(sql::workspace_of_user, {{":workspace", workspace}, {":user_id", caller.user}});
  }));
  if (rows.empty()) return workspace_not_found();
  WorkspaceId id{rows[0].text(0)};
  if (caller.only_workspace && *caller.only_workspace != id) return workspace_not_found();
  const Role role = role_of(rows[0].text(1));
  Scope scope;
  detail::narrow(scope, rows[0].optional_text(2));
  detail::narrow(scope, caller.restriction);
  detail::add_staff_rules(scope, rows[0].optional_text(3));
  return ViewerMaker::make(std::move(id), caller.principal, role, rights_of(role) & caller.rights_mask, std::move(scope));
}

Result<Viewer> Workspaces::viewer_of(const WorkspaceId& workspace, const std::string& principal) {
  Caller caller;
  caller.principal = caller.user = principal;
  if (principal.starts_with("tok_")) {
    const auto rows = TRY(database_.read(workspace, [&](db::Session& session) { return session.query(sql::token_principal, {{":id", principal}}); }));
    if (rows.empty() || rows[0].optional_integer(2).value_or(clock_.now().count() + 1) <= clock_.now().count()) return principal_gone();
    caller.user = rows[0].text(0);
    caller.rights_mask = static_cast<uint32_t>(rows[0].integer(1));
    caller.restriction = rows[0].optional_text(3).value_or("");
    caller.only_workspace = workspace;
  }
  auto made = viewer(caller, workspace.value);
  if (!made && made.error().kind == ErrorKind::not_found) return principal_gone();
  return made;
}

Result<std::vector<Membership>> Workspaces::own(const Caller& caller) {
  return database_.read_system([&](db::Session& session) { return detail::memberships(session, caller.user); });
}

Result<Membership> Workspaces::create(const Caller& caller, const WorkspaceRequest& request) {
  if (!caller.operator_of_server) return Error::make(ErrorKind::forbidden, "not_operator");
  const auto made = TRY(database_.write_system([&](db::Session& session) {
    return detail::insert_workspace(session, {.name = request.name, .time_zone = request.time_zone, .language = request.language}, caller.user, clock_.now());
  }));
  TRY(database_.write(made.id, [&](db::Session& session) {
    return audit_.note(session, caller.principal, "workspace.create", made.id.value, {{"name", made.name}});
  }));
  return detail::membership_of(made, Role::administrator);
}

Result<Membership> Workspaces::change(const Viewer& viewer, const WorkspacePatch& patch) {
  std::optional<std::string> name;
  if (patch.name) name = TRY(detail::checked_name(*patch.name, "/name"));
  if (patch.time_zone) TRY(detail::check_time_zone(*patch.time_zone, "/time_zone"));
  if (patch.language) TRY(detail::check_language(*patch.language, "/language"));
  return database_.write(viewer.workspace(), [&](db::Session& session) -> Result<Membership> {
    auto settings = detail::settings_of(TRY(session.query(sql::workspace_get)).at(0));
    if (name) settings.name = *name;
    if (patch.time_zone) settings.time_zone = *patch.time_zone;
    if (patch.language) settings.language = *patch.language;
    TRY(session.execute(sql::workspace_change, {{":name", settings.name}, {":time_zone", settings.time_zone}, {":language", settings.language}}));
    TRY(audit_.note(session, viewer.principal(), "workspace.change", settings.id.value, to_json(patch)));
    return detail::membership_of(settings, viewer.role());
  });
}

Result<void> Workspaces::remove(const Caller& caller, std::string_view workspace) {
  if (!caller.operator_of_server) return Error::make(ErrorKind::forbidden, "not_operator");
  const auto rows = TRY(database_.read_system([&](db::Session& session) { return session.query(sql::workspace_by_reference, {{":workspace", workspace}}); }));
  if (rows.empty()) return workspace_not_found();
  const auto id = detail::settings_of(rows[0]).id;
  for (const auto& hook : hooks_) TRY(hook(id));
  TRY(database_.erase(id));
  return database_.write_system([&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::workspace_delete, {{":id", id.value}}));
    return {};
  });
}

Result<WorkspaceSettings> Workspaces::settings(const Viewer& viewer) {
  const auto rows = TRY(database_.read(viewer.workspace(), [&](db::Session& session) { return session.query(sql::workspace_get); }));
  if (rows.empty()) return workspace_not_found();
  return detail::settings_of(rows[0]);
}

Result<std::vector<WorkspaceSettings>> Workspaces::all() {
  std::vector<WorkspaceSettings> list;
  for (const auto& row : TRY(database_.read_system([&](db::Session& session) { return session.query(sql::workspace_list); })))
    list.push_back(detail::settings_of(row));
  return list;
}

Result<std::vector<Member>> Workspaces::members(const Viewer& viewer) {
  std::vector<Member> list;
  for (const auto& row : TRY(database_.read(viewer.workspace(), [&](db::Session& session) { return session.query(sql::member_list); })))
    list.push_back(member_of(row));
  return list;
}

Result<NewMember> Workspaces::add_member(const Viewer& viewer, const MemberRequest& request) {
  const std::string email = TRY(detail::checked_email(request.email, "/email")), name = TRY(detail::checked_name(request.name, "/name"));
  const auto restriction = TRY(restriction_for(request.role, request.restriction));
  const auto find = [&](db::Session& session) { return session.query(sql::user_by_email, {{":email", email}}); };
  NewMember made;
  std::string user;
  if (const auto known = TRY(database_.read_system(find)); !known.empty()) {
    user = known[0].text(0);
  } else {
    const Micros now = clock_.now();
    user = new_id("us", now);
    made.one_time_password = detail::random_password();
    const std::string hash = TRY(detail::hash_password(*made.one_time_password));
    TRY(database_.write_system([&](db::Session& session) { return detail::insert_user(session, user, email, name, hash, true, false, false, now); }));
  }
  made.member = TRY(database_.write(viewer.workspace(), [&](db::Session& session) -> Result<Member> {
    const auto done = session.execute(sql::member_insert, {{":user_id", user}, {":role", word(request.role)}, {":now", clock_.now().count()}, {":restriction", detail::stored(restriction)}});
    if (!done && done.error().code == "already_exists") return Error{ErrorKind::conflict, "already_member", "/email", "is a member"};
    if (!done) return done.error();
    nlohmann::json details = {{"role", word(request.role)}};
    if (restriction) details["restriction"] = to_json(*restriction);
    TRY(audit_.note(session, viewer.principal(), "member.add", user, details));
    return member_in(session, user);
  }));
  return made;
}

Result<Member> Workspaces::change_member(const Viewer& viewer, std::string_view user, const MemberPatch& patch) {
  return database_.write(viewer.workspace(), [&](db::Session& session) -> Result<Member> {
    auto member = TRY(member_in(session, user));
    if (patch.role != Role::administrator) TRY(keep_an_administrator(session, user));
    // Who becomes an administrator loses a restriction, as the role says.
    const auto kept = patch.restriction || patch.role == Role::administrator ? patch.restriction : member.restriction;
    const auto restriction = TRY(restriction_for(patch.role, kept));
    TRY(session.execute(sql::member_set, {{":role", word(patch.role)}, {":restriction", detail::stored(restriction)}, {":user_id", user}}));
    nlohmann::json details = {{"from", word(member.role)}, {"to", word(patch.role)}};
    if (restriction) details["restriction"] = to_json(*restriction);
    TRY(audit_.note(session, viewer.principal(), "member.change", user, details));
    member.role = patch.role;
    member.restriction = restriction;
    return member;
  });
}

Result<void> Workspaces::remove_member(const Viewer& viewer, std::string_view user) {
  return database_.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    TRY(member_in(session, user));
    TRY(keep_an_administrator(session, user));
    TRY(session.execute(sql::tokens_delete_of, {{":user_id", user}}));  // nobody could see or revoke them as theirs
    TRY(session.execute(sql::member_delete, {{":user_id", user}}));
    return audit_.note(session, viewer.principal(), "member.remove", user);
  });
}

Result<std::map<std::string, std::string>> Workspaces::names(const Viewer& viewer) {
  std::map<std::string, std::string> names;
  for (const auto& row : TRY(database_.read(viewer.workspace(), [&](db::Session& session) { return session.query(sql::principal_names); })))
    names.emplace(row.text(0), row.text(1));
  return names;
}

}  // namespace lotse::access
