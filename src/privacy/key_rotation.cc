#include "privacy/key_rotation.h"

#include "base/log.h"
#include "base/time.h"

namespace lotse::privacy {

KeyRotation::KeyRotation(Vault& vault, jobs::Jobs& jobs, access::Audit& audit) : vault_(vault), jobs_(jobs), audit_(audit) {
  jobs_.handle("key_rotation", [this](jobs::JobContext& context) -> Result<void> {
    TRY(vault_.rotate_key(context.viewer().workspace(), true, [&](double share) { context.progress(share, "rotate"); }, context.stop()));
    return audit_.note(context.viewer(), "privacy.key_rotated", context.viewer().workspace().value);
  });
}

Result<KeyStatus> KeyRotation::status(const Viewer& viewer) {
  if (!viewer.may(Right::administer)) return Error::make(ErrorKind::forbidden, "forbidden", "administer is needed");
  const auto state = TRY(vault_.key_state(viewer.workspace()));
  KeyStatus out{.number = state.number, .rotating = state.rotating, .made_at = {}};
  if (state.made_at) out.made_at = iso_utc(Micros{*state.made_at});
  return out;
}

Result<KeyStatus> KeyRotation::start(const Viewer& viewer) {
  if (TRY(status(viewer)).rotating) return Error::make(ErrorKind::conflict, "key_rotates", "a new key takes over already");
  TRY(audit_.note(viewer, "privacy.key_rotation", viewer.workspace().value));
  TRY(jobs_.start(viewer, "key_rotation", viewer.workspace().value));
  auto out = TRY(status(viewer));
  out.rotating = true;
  return out;
}

void KeyRotation::look_after(std::stop_token stop) {
  const auto begun = vault_.rotations_begun();
  if (!begun) return log_warning("privacy", "{}", begun.error().detail);
  for (const auto& workspace : *begun)
    if (auto done = vault_.rotate_key(workspace, false, [](double) {}, stop); !done) log_warning("privacy", "rotation of a key: {} (tried again)", done.error().code);
}

}  // namespace lotse::privacy
