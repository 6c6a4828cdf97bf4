#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/caller.h"
#include "access/types.h"
#include "base/feed.h"
#include "base/result.h"
#include "base/time.h"
#include "db/database.h"

/// Workspaces, their members, and the making of Viewers.
namespace lotse::access {

class Audit;

/// What lower modules need to know of a workspace.
struct WorkspaceSettings {
  WorkspaceId id;
  std::string slug, name, time_zone, language;
  bool is_demo = false;
};

/// Threads: all functions from any thread.
class Workspaces {
 public:
  Workspaces(db::Database& database, Clock& clock, Audit& audit);

  /// Called, in the order of their adding, before a workspace's rows are deleted: close files, stop jobs, remove the
  /// folder. An error keeps the workspace.
  void on_delete(std::function<Result<void>(const WorkspaceId&)> hook);

  /// The Viewer of a caller in a workspace, given by id or slug.
  /// errors  workspace_not_found: there is none, or the caller is no member (the two cannot be told apart)
  Result<Viewer> viewer(const Caller& caller, std::string_view workspace);
  /// The Viewer of a principal (us_… or tok_…) as it stands now; for background work.
  /// errors  principal_gone (forbidden)
  Result<Viewer> viewer_of(const WorkspaceId& workspace, const std::string& principal);

  /// The caller's own, by name.
  Result<std::vector<Membership>> own(const Caller& caller);
  /// errors  invalid_name, invalid_time_zone, invalid_language, not_operator
  Result<Membership> create(const Caller& caller, const WorkspaceRequest& request);
  Result<Membership> change(const Viewer& viewer, const WorkspacePatch& patch);
  /// Removes every row and the folder. For operators of the server; `workspace` is an id.
  /// errors  workspace_not_found, not_operator
  Result<void> remove(const Caller& caller, std::string_view workspace);

  Result<WorkspaceSettings> settings(const Viewer& viewer);
  /// Every workspace of the server, by name; for the composition root.
  Result<std::vector<WorkspaceSettings>> all();

  Result<std::vector<Member>> members(const Viewer& viewer);
  /// Makes an account where the e-mail is new on this server.
  /// errors  invalid_email, invalid_name, already_member, administrator_not_restricted, those of a restriction
  Result<NewMember> add_member(const Viewer& viewer, const MemberRequest& request);
  /// errors  not_found, last_administrator, administrator_not_restricted, required, invalid_values, invalid_group (/restriction/…)
  Result<Member> change_member(const Viewer& viewer, std::string_view user, const MemberPatch& patch);
  Result<void> remove_member(const Viewer& viewer, std::string_view user);

  /// Which attributes name staff, and what was agreed about seeing them.
  Result<StaffRules> staff_rules(const Viewer& viewer);
  /// Needs Right::administer. errors  forbidden, required, text_too_long, invalid_date (/agreement/…), invalid_values (/attributes), stale
  Result<StaffRules> change_staff_rules(const Viewer& viewer, const StaffRules& rules, const std::optional<std::string>& etag);

  /// The names of principals (people, tokens), for "created by". Unknown ones are left out.
  Result<std::map<std::string, std::string>> names(const Viewer& viewer);

 private:
  db::Database& database_;
  Clock& clock_;
  Audit& audit_;
  std::vector<std::function<Result<void>(const WorkspaceId&)>> hooks_;
};

}  // namespace lotse::access
