#pragma once
#include <span>
#include <string>
#include <string_view>

#include "connect/hook_types.h"

namespace lotse::connect {

/// A system, or a kind of system, that sends webhooks: how it proves itself and how its bodies are read.
struct HookPreset {
  HookPresetInfo info;
  /// Own systems learn by 422 that nothing of a body could be taken. Others would send it again and again, or give up on the
  /// address: they are told what was rejected with 200.
  bool strict = false;
};

/// In the order in which they are shown; made once.
std::span<const HookPreset> hook_presets();
/// Null where there is none of this id.
const HookPreset* hook_preset(std::string_view id);

}  // namespace lotse::connect
