#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/caller.h"
#include "access/types.h"
#include "access/workspaces.h"
#include "base/result.h"
#include "base/time.h"
#include "db/database.h"

namespace lotse::access {

struct User {
  std::string id, email, name;
  bool operator_of_server = false;
  std::optional<std::string> last_seen;
  static constexpr auto describe() {
    return json_object("User", field("id", &User::id, "us_…"), field("email", &User::email, ""), field("name", &User::name, ""),
                       field("operator_of_server", &User::operator_of_server, ""), field("last_seen", &User::last_seen, ""));
  }
};

/// What the owner of the machine may do, for the command line: it needs the data folder, no sign-in.
class Operator {
 public:
  Operator(db::Database& database, Clock& clock) : database_(database), clock_(clock) {}

  struct Made {
    std::string user, email, password;
  };
  /// Makes admin@lotse.local with a random password where there is no user yet; nothing otherwise.
  Result<std::optional<Made>> first_administrator();

  /// A random password where none is given; it must then be changed at the first sign-in.
  /// errors  invalid_email, invalid_name, user_exists, password_too_short, password_too_long
  Result<Made> add_user(const std::string& email, const std::string& name, bool operator_of_server,
                        const std::optional<std::string>& password);
  /// Ends all sessions of the person.
  /// errors  user_not_found, password_too_short, password_too_long
  Result<Made> set_password(const std::string& email, const std::optional<std::string>& password);
  Result<std::vector<User>> users();
  /// True while the password is still the one that first_administrator made.
  Result<bool> has_first_password();

  /// A caller who is `email`, for commands that act like a person.
  /// errors  user_not_found
  Result<Caller> caller(const std::string& email);
  /// A caller who may all: the first operator of the server.
  Result<Caller> any_operator();
  /// The Viewer for work on a workspace (id or slug) from the command line: it acts as the workspace's first
  /// administrator.
  /// errors  workspace_not_found
  Result<Viewer> viewer(std::string_view workspace);
  /// Makes a workspace; an empty slug comes from the name. `administrator` (us_…) becomes its first member.
  /// errors  invalid_name, invalid_time_zone, invalid_language, workspace_exists (slug)
  Result<WorkspaceSettings> make_workspace(WorkspaceSettings wanted, const std::string& administrator);
  /// Makes a person a member of a workspace, or changes the role.
  Result<void> set_member(const WorkspaceId& workspace, const std::string& email, Role role);

 private:
  db::Database& database_;
  Clock& clock_;
};

}  // namespace lotse::access
