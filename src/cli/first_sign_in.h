#pragma once
#include <optional>
#include <string>

#include "cli/composition.h"

namespace lotse::cli {

struct FirstSignIn {
  std::string email, password;
};

/// Makes the first administrator and, where there is none, a first workspace `workspace_name` in a new data folder.
/// The password lies in first-sign-in.txt (only the owner can read it) until it is changed; then the file is removed.
/// Returns it while it is valid.
Result<std::optional<FirstSignIn>> first_sign_in(Composition& composition, const std::optional<std::string>& workspace_name);

}  // namespace lotse::cli
