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

/// The one place where a Viewer comes into being. Services get theirs from Workspaces; besides it only tests call this.
class ViewerMaker {
 public:
  static Viewer make(WorkspaceId workspace, std::string principal, Role role, uint32_t rights) {
    return Viewer(std::move(workspace), std::move(principal), role, rights);
  }
  static Viewer make(WorkspaceId workspace, std::string principal, Role role) {
    return make(std::move(workspace), std::move(principal), role, rights_of(role));
  }
};

}  // namespace lotse::access
