#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/describe.h"

namespace lotse {

/// A tenant's public id ("ws_…"). Nothing crosses a workspace.
struct WorkspaceId {
  std::string value;
  friend bool operator==(const WorkspaceId&, const WorkspaceId&) = default;
  friend auto operator<=>(const WorkspaceId&, const WorkspaceId&) = default;
};

/// From the weakest to the strongest; each may do what the former may.
enum class Role { reader, analyst, editor, administrator };
constexpr auto describe(Role) {
  return json_enum("Role", value(Role::reader, "reader"), value(Role::analyst, "analyst"), value(Role::editor, "editor"),
                   value(Role::administrator, "administrator"));
}

/// What a request may do. A role grants a set of rights; an API token's scopes narrow it.
enum class Right {
  read,             ///< aggregated answers, touchpoints, sources, segments        from reader
  see_customers,    ///< single (pseudonymous) customers and their events          from analyst
  analyse,          ///< save segments, export rows                                from analyst
  import_data,      ///< upload, import, undo, append events, sources              from editor
  edit_touchpoints, ///< adopt, rename, merge, mapping rules                       from editor
  see_identifiers,  ///< the original identifier behind a pseudonym                administrator
  administer,       ///< members, tokens, workspace settings, audit log            administrator
};
constexpr auto describe(Right) {
  return json_enum("Right", value(Right::read, "read"), value(Right::see_customers, "see_customers"),
                   value(Right::analyse, "analyse"), value(Right::import_data, "import_data"),
                   value(Right::edit_touchpoints, "edit_touchpoints"), value(Right::see_identifiers, "see_identifiers"),
                   value(Right::administer, "administer"));
}

/// Only events with one of these values are there; of an attribute of customers: only customers whose last value is one.
struct RowCondition {
  std::string attribute;            ///< unit, channel, or an attribute's id (at_…)
  std::vector<std::string> values;  ///< an empty text stands for no value
};

/// How much of a workspace a principal may see.
struct Scope {
  std::vector<RowCondition> rows;   ///< all must hold; what does not meet them does not exist for the viewer
  bool no_texts = false;            ///< free texts are left out
  bool no_single_customers = false; ///< the rights lack see_customers, whatever the role
  uint64_t smallest_group = 5;      ///< numbers of fewer customers are withheld from who may not see single ones

  bool staff_hidden = true;                   ///< nothing below team level: no agreement about it is recorded
  std::vector<std::string> staff_attributes;  ///< ids (at_…) of attributes that name staff, besides those whose values show it

  /// By the administrator for this person or token, beyond the role.
  bool restricted() const { return !rows.empty() || no_texts || no_single_customers; }
};

namespace access {
class ViewerMaker;
}

/// Who asks, in which workspace, with which rights. Only `access` makes one; every store function takes it first, so
/// that no query exists without a workspace.
class Viewer {
 public:
  const WorkspaceId& workspace() const { return workspace_; }
  const std::string& principal() const { return principal_; }  ///< "us_…", or "tok_…" for an API token
  Role role() const { return role_; }
  const Scope& scope() const { return scope_; }
  bool may(Right right) const { return (rights_ >> static_cast<unsigned>(right)) & 1u; }

 private:
  friend class access::ViewerMaker;
  Viewer(WorkspaceId workspace, std::string principal, Role role, uint32_t rights, Scope scope)
      : workspace_(std::move(workspace)), principal_(std::move(principal)), role_(role), rights_(rights), scope_(std::move(scope)) {}
  WorkspaceId workspace_;
  std::string principal_;
  Role role_;
  uint32_t rights_;
  Scope scope_;
};

}  // namespace lotse
