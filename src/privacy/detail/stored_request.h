#pragma once
#include "privacy/requests.h"

namespace lotse::privacy {

struct Requests::Stored {
  std::string id, note, created_by;
  RequestKind kind{};
  RequestState state{};
  std::vector<Subject> subjects;
  RequestProof proof;
  int64_t created_at = 0;
  std::optional<int64_t> hidden_at, finished_at, purge_at;
  std::optional<std::string> error_code;
  std::string details;  ///< of a rectification: JSON {attribute, change: sealed}
};

/// What a rectification changes.
struct Requests::Change {
  std::optional<std::string> attribute;  ///< none: an identifier
  uint32_t identity = 0;                 ///< whose identifier
  std::string wrong, right;              ///< of an identifier as the vault has them
};

}  // namespace lotse::privacy
