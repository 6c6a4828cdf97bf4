#include "access/access_sql.h"
#include "access/detail/checks.h"
#include "access/detail/memberships.h"
#include "access/detail/restrictions.h"
#include "access/viewer_maker.h"
#include "base/ids.h"

namespace lotse::access::detail {

WorkspaceSettings settings_of(const db::Row& row) {
  return {.id = WorkspaceId{row.text(0)}, .slug = row.text(1), .name = row.text(2), .time_zone = row.text(3), .language = row.text(4), .is_demo = row.integer(5) != 0};
}

Membership membership_of(const WorkspaceSettings& settings, Role role, const std::optional<std::string>& restriction) {
  Membership membership{.id = settings.id.value, .slug = settings.slug, .name = settings.name, .time_zone = settings.time_zone,
                        .language = settings.language, .role = role, .is_demo = settings.is_demo, .restriction = restriction_of(restriction)};
  Scope scope;
  narrow(scope, restriction);
  const uint32_t rights = rights_within(rights_of(role), scope);
  for (const auto& right : lotse::describe(Right{}).values)
    if (rights >> static_cast<unsigned>(right.value) & 1u) membership.rights.push_back(right.value);
  return membership;
}

Result<std::vector<Membership>> memberships(db::Session& session, const std::string& user) {
  std::vector<Membership> out;
  for (const auto& row : TRY(session.query(sql::workspaces_of_user, {{":user_id", user}})))
    out.push_back(membership_of(settings_of(row), from_word<Role>(row.text(6)).value_or(Role::reader), row.optional_text(7)));
  return out;
}

Result<WorkspaceSettings> insert_workspace(db::Session& session, WorkspaceSettings wanted, const std::string& administrator, Micros now) {
  wanted.name = TRY(checked_name(wanted.name, "/name"));
  TRY(check_time_zone(wanted.time_zone, "/time_zone"));
  TRY(check_language(wanted.language, "/language"));
  const bool chosen = !wanted.slug.empty();
  const std::string base = slug_of(chosen ? wanted.slug : wanted.name);
  const auto taken = [&](const std::string& slug) -> Result<bool> {
    return !TRY(session.query(sql::workspace_by_reference, {{":workspace", slug}})).empty();
  };
  wanted.slug = base;
  for (int i = 2; TRY(taken(wanted.slug)); ++i) {
    if (chosen) return Error::make(ErrorKind::conflict, "workspace_exists", "the slug " + base + " is taken");
    wanted.slug = base + "-" + std::to_string(i);
  }
  wanted.id = WorkspaceId{new_id("ws", now)};
  TRY(session.execute(sql::workspace_insert, {{":id", wanted.id.value}, {":slug", wanted.slug}, {":name", wanted.name},
                                              {":time_zone", wanted.time_zone}, {":language", wanted.language},
                                              {":is_demo", wanted.is_demo}, {":now", now.count()}}));
  TRY(session.execute(sql::member_insert_first, {{":workspace", wanted.id.value}, {":user_id", administrator}, {":role", "administrator"}, {":now", now.count()}}));
  return wanted;
}

Result<void> insert_user(db::Session& session, const std::string& id, const std::string& email, const std::string& name,
                         const std::string& password_hash, bool must_change, bool first_password, bool operator_of_server, Micros now) {
  const auto done = session.execute(sql::user_insert, {{":id", id}, {":email", email}, {":name", name}, {":password_hash", password_hash},
                                                       {":must_change_password", must_change}, {":has_first_password", first_password},
                                                       {":operator_of_server", operator_of_server}, {":now", now.count()}});
  if (!done && done.error().code == "already_exists") return Error::make(ErrorKind::conflict, "user_exists", "the e-mail has an account");
  if (!done) return done.error();
  return {};
}

}  // namespace lotse::access::detail
