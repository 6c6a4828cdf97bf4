#include "access/operator.h"

#include "access/access_sql.h"
#include "access/detail/checks.h"
#include "access/detail/memberships.h"
#include "access/detail/password.h"
#include "access/detail/restrictions.h"
#include "access/viewer_maker.h"
#include "base/ids.h"

namespace lotse::access {
namespace {
constexpr const char* first_email = "admin@lotse.local";
Error user_not_found(const std::string& email) { return Error::make(ErrorKind::not_found, "user_not_found", email); }
}  // namespace

Result<std::optional<Operator::Made>> Operator::first_administrator() {
  const auto count = TRY(database_.read_system([](db::Session& session) { return session.query(sql::user_count); }));
  if (count.at(0).integer(0) != 0) return std::optional<Made>{};
  const Micros now = clock_.now();
  Made made{.user = new_id("us", now), .email = first_email, .password = detail::random_password()};
  const std::string hash = TRY(detail::hash_password(made.password));
  TRY(database_.write_system([&](db::Session& session) {
    return detail::insert_user(session, made.user, made.email, "Administration", hash, false, true, true, now);
  }));
  return std::optional<Made>(made);
}

Result<Operator::Made> Operator::add_user(const std::string& email, const std::string& name, bool operator_of_server,
                                          const std::optional<std::string>& password) {
  const Micros now = clock_.now();
  Made made{.user = new_id("us", now), .email = TRY(detail::checked_email(email, "/email")), .password = password.value_or(detail::random_password())};
  const std::string checked = TRY(detail::checked_name(name, "/name"));
  TRY(detail::check_password(made.password, "/password"));
  const std::string hash = TRY(detail::hash_password(made.password));
  TRY(database_.write_system([&](db::Session& session) {
    return detail::insert_user(session, made.user, made.email, checked, hash, !password, false, operator_of_server, now);
  }));
  return made;
}

Result<Operator::Made> Operator::set_password(const std::string& email, const std::optional<std::string>& password) {
  Made made{.email = TRY(detail::checked_email(email, "/email")), .password = password.value_or(detail::random_password())};
  TRY(detail::check_password(made.password, "/password"));
  const std::string hash = TRY(detail::hash_password(made.password));
  return database_.write_system([&](db::Session& session) -> Result<Made> {
    const auto rows = TRY(session.query(sql::user_by_email, {{":email", made.email}}));
    if (rows.empty()) return user_not_found(made.email);
    made.user = rows[0].text(0);
    TRY(session.execute(sql::user_set_password, {{":password_hash", hash}, {":must_change_password", !password}, {":id", made.user}}));
    TRY(session.execute(sql::session_delete_others, {{":user_id", made.user}, {":token_hash", ""}}));
    TRY(session.execute(sql::failure_forget, {{":subject", "email:" + made.email}}));
    return made;
  });
}

Result<std::vector<User>> Operator::users() {
  std::vector<User> users;
  for (const auto& row : TRY(database_.read_system([](db::Session& session) { return session.query(sql::user_list); }))) {
    User user{.id = row.text(0), .email = row.text(1), .name = row.text(2), .operator_of_server = row.integer(3) != 0};
    if (const auto seen = row.optional_integer(4)) user.last_seen = iso_utc(Micros{*seen});
    users.push_back(std::move(user));
  }
  return users;
}

Result<bool> Operator::has_first_password() {
  for (const auto& row : TRY(database_.read_system([](db::Session& session) { return session.query(sql::user_list); })))
    if (row.integer(5) != 0) return true;
  return false;
}

Result<Caller> Operator::caller(const std::string& email) {
  const std::string checked = TRY(detail::checked_email(email, "/email"));
  const auto rows = TRY(database_.read_system([&](db::Session& session) { return session.query(sql::user_by_email, {{":email", checked}}); }));
  if (rows.empty()) return user_not_found(checked);
  Caller caller;
  caller.principal = caller.user = rows[0].text(0);
  return caller;
}

Result<Caller> Operator::any_operator() {
  const auto rows = TRY(database_.read_system([](db::Session& session) { return session.query(sql::first_operator); }));
  if (rows.empty()) return Error::make(ErrorKind::not_found, "user_not_found", "no operator of the server");
  Caller caller;
  caller.principal = caller.user = rows[0].text(0);
  caller.operator_of_server = true;
  return caller;
}

Result<Viewer> Operator::viewer(std::string_view workspace) {
  const auto rows = TRY(database_.read_system([&](db::Session& session) { return session.query(sql::first_administrator_of, {{":workspace", workspace}}); }));
  if (rows.empty()) return Error::make(ErrorKind::not_found, "workspace_not_found", std::string(workspace));
  Scope scope;
  detail::add_staff_rules(scope, rows[0].optional_text(2));
  return ViewerMaker::make(WorkspaceId{rows[0].text(0)}, rows[0].text(1), Role::administrator, rights_of(Role::administrator), std::move(scope));
}

Result<WorkspaceSettings> Operator::make_workspace(WorkspaceSettings wanted, const std::string& administrator) {
  return database_.write_system([&](db::Session& session) { return detail::insert_workspace(session, wanted, administrator, clock_.now()); });
}

Result<void> Operator::set_member(const WorkspaceId& workspace, const std::string& email, Role role) {
  const auto caller = TRY(this->caller(email));
  return database_.write_system([&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::member_insert_first, {{":workspace", workspace.value}, {":user_id", caller.user}, {":role", word(role)}, {":now", clock_.now().count()}}));
    return {};
  });
}

}  // namespace lotse::access
