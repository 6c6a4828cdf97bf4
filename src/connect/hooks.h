#pragma once
#include <chrono>
#include <memory>
#include <set>
#include <string_view>
#include <unordered_map>

#include "access/audit.h"
#include "access/workspaces.h"
#include "base/guarded.h"
#include "connect/hook_log.h"
#include "connect/hook_mapping.h"
#include "connect/hook_presets.h"
#include "db/database.h"
#include "model/viewer.h"
#include "privacy/secret_box.h"

namespace lotse::connect {

/// A webhook as a request meets it.
struct KnownHook {
  WorkspaceId workspace;
  std::string id, source_id, source_name;
  std::string channel, direction, unit;  ///< the source's own; empty: none
  const HookPreset* preset = nullptr;
  std::string secret;  ///< empty: not entered yet
  CompiledMapping mapping;
  bool active = true;
};

/// Webhooks of a workspace's sources: made, changed, deleted, tried. Threads: any.
class Hooks {
 public:
  struct Parts {
    db::Database& database;
    const Clock& clock;
    access::Audit& audit;
    access::Workspaces& workspaces;
    const privacy::SecretBox& box;
    std::shared_ptr<HookLog> log;
  };
  explicit Hooks(Parts parts) : parts_(parts) {}

  /// errors  forbidden
  Result<std::vector<HookPresetInfo>> presets(const Viewer& viewer);
  /// Of the whole workspace, newest first.  errors  forbidden
  Result<std::vector<Webhook>> list(const Viewer& viewer);
  /// The mapping's time zone becomes the workspace's where it names none.
  ///   errors  forbidden, invalid_name, source_not_found, unknown_preset, invalid_webhook_secret, invalid_mapping, too_many_webhooks (50 of a source)
  Result<NewWebhook> create(const Viewer& viewer, const WebhookRequest& request);
  /// Holds from the next request on.
  ///   errors  forbidden, webhook_not_found, stale (`etag` is no longer the newest), invalid_name, invalid_mapping
  Result<Webhook> change(const Viewer& viewer, std::string_view id, const WebhookPatch& patch, const std::optional<std::string>& etag);
  /// The old secret ends at once.
  ///   errors  forbidden, webhook_not_found, webhook_secret_needed (the system makes it), invalid_webhook_secret
  Result<NewWebhook> set_secret(const Viewer& viewer, std::string_view id, const WebhookSecretRequest& request);
  /// errors  forbidden, webhook_not_found
  Result<void> remove(const Viewer& viewer, std::string_view id);
  /// errors  forbidden, webhook_not_found, invalid_cursor
  Result<HookLog::Deliveries> deliveries(const Viewer& viewer, std::string_view id, const std::optional<std::string>& cursor);
  /// What the body would become; stores nothing.  errors  forbidden
  Result<HookPreview> preview(const Viewer& viewer, const HookPreviewRequest& request);

  /// The webhook of an address. Remembered for five seconds, unless it is changed here.
  ///   errors  webhook_not_found
  Result<std::shared_ptr<const KnownHook>> find(std::string_view path_secret);
  /// The workspace is being deleted: none of its addresses is known any more.
  void forget(const WorkspaceId& workspace);

 private:
  struct Remembered {
    std::shared_ptr<const KnownHook> hook;
    std::chrono::steady_clock::time_point until;
  };
  struct Memory {
    std::unordered_map<std::string, Remembered> by_hash;
    std::set<WorkspaceId> gone;
    uint64_t changes = 0;
  };
  Result<Webhook> webhook_of(const WorkspaceId& workspace, const db::Row& row) const;
  Result<Webhook> get(db::Session& session, const WorkspaceId& workspace, std::string_view id) const;
  Result<std::shared_ptr<const KnownHook>> look_up(const std::string& hash) const;
  void changed();

  const Parts parts_;
  Guarded<Memory> memory_;
};

}  // namespace lotse::connect
