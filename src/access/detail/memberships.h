#pragma once
#include <vector>

#include "access/types.h"
#include "access/workspaces.h"
#include "db/database.h"

namespace lotse::access::detail {

/// A person's workspaces, by name; in a system session.
Result<std::vector<Membership>> memberships(db::Session& session, const std::string& user);

/// Rows of id, slug, name, time_zone, language, is_demo.
WorkspaceSettings settings_of(const db::Row& row);
/// `restriction` as it is stored.
Membership membership_of(const WorkspaceSettings& settings, Role role, const std::optional<std::string>& restriction = std::nullopt);

/// Makes the row and its first member, in a system session; an empty slug comes from the name and is made unique.
/// errors  workspace_exists where a given slug is taken
Result<WorkspaceSettings> insert_workspace(db::Session& session, WorkspaceSettings wanted, const std::string& administrator, Micros now);

/// Makes an account in a system session.   errors  user_exists
Result<void> insert_user(db::Session& session, const std::string& id, const std::string& email, const std::string& name,
                         const std::string& password_hash, bool must_change, bool first_password, bool operator_of_server, Micros now);

}  // namespace lotse::access::detail
