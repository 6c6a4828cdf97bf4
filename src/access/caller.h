#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "model/viewer.h"

namespace lotse::access {

/// Somebody who has shown who they are, before any workspace is chosen. Made by Accounts and Tokens only.
struct Caller {
  std::string principal;                     ///< "us_…" or "tok_…"
  std::string user;                          ///< us_…; of a token the one who made it
  bool operator_of_server = false;
  bool must_change_password = false;
  std::string session;                       ///< the session's stored hash; empty for a token
  std::string csrf_token;                    ///< empty for a token
  std::optional<WorkspaceId> only_workspace; ///< of a token: the one it belongs to
  uint32_t rights_mask = ~0u;                ///< of a token: its scopes
  std::string restriction;                   ///< of a token: JSON of Restriction, or empty
  bool is_token() const { return only_workspace.has_value(); }
};

}  // namespace lotse::access
