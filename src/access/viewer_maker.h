#pragma once
#include <string>
#include <utility>

#include "model/viewer.h"

namespace lotse::access {

/// What a role grants, as a mask of Rights (bit number = enum value).
constexpr uint32_t rights_of(Role role) {
  const auto bit = [](Right right) { return uint32_t{1} << static_cast<unsigned>(right); };
  uint32_t mask = bit(Right::read);
  if (role >= Role::analyst) mask |= bit(Right::see_customers) | bit(Right::analyse);
  if (role >= Role::editor) mask |= bit(Right::import_data) | bit(Right::edit_touchpoints);
  if (role >= Role::administrator) mask |= bit(Right::see_identifiers) | bit(Right::administer);
  return mask;
}

/// What of `rights` remains under a restriction.
inline uint32_t rights_within(uint32_t rights, const Scope& scope) {
  const auto bit = [](Right right) { return uint32_t{1} << static_cast<unsigned>(right); };
  if (scope.restricted()) rights &= ~(bit(Right::administer) | bit(Right::see_identifiers) | bit(Right::import_data));
  if (scope.no_single_customers) rights &= ~bit(Right::see_customers);
  return rights;
}

/// The one place where a Viewer comes into being. Services get theirs from Workspaces; besides it only tests call this.
class ViewerMaker {
 public:
  /// A restriction takes rights along: who sees a part neither administers nor imports nor learns identifiers, as these concern the whole.
  static Viewer make(WorkspaceId workspace, std::string principal, Role role, uint32_t rights, Scope scope = {}) {
    rights = rights_within(rights, scope);
    return Viewer(std::move(workspace), std::move(principal), role, rights, std::move(scope));
  }
  static Viewer make(WorkspaceId workspace, std::string principal, Role role) {
    return make(std::move(workspace), std::move(principal), role, rights_of(role));
  }
};

}  // namespace lotse::access
