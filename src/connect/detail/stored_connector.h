#pragma once
#include <nlohmann/json.hpp>

#include "connect/connectors.h"

namespace lotse::connect {

/// A connector's row.
struct Connectors::Stored {
  std::string id, source, source_name, name, sealed, pending, created_by;
  ConnectorKind kind = ConnectorKind::http;
  ConnectorSettings settings;
  SourceMapping mapping;
  Schedule schedule;
  bool paused = false;
  nlohmann::json place;
  int64_t next_run_at = 0, created_at = 0, version = 0;
  uint64_t failures = 0;
  std::optional<int64_t> current_as_of;
  std::optional<std::string> behind;
  std::optional<ConnectorRun> last_run;
};

namespace detail {
/// A connector's secret as it is stored; an empty one stays empty.
inline std::string sealed(const privacy::SecretBox& box, const WorkspaceId& workspace, const std::string& id, const std::string& secret) {
  return secret.empty() ? std::string() : box.seal(workspace, "connector secret " + id, secret);
}
inline Result<std::string> secret_of(const privacy::SecretBox& box, const WorkspaceId& workspace, const std::string& id, const std::string& stored) {
  if (stored.empty()) return std::string();
  return box.open(workspace, "connector secret " + id, stored);
}
}  // namespace detail

}  // namespace lotse::connect
