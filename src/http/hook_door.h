#pragma once
#include <nlohmann/json.hpp>
#include <string_view>

#include "http/request.h"
#include "http/server.h"

namespace lotse::connect {
class HookIntake;
}

namespace lotse::http {

/// The addresses below /hooks that other systems call: no session, no cookie, no other site's pages. What proves the sender is
/// the webhook's own signature scheme. Threads: any.
class HookDoor {
 public:
  explicit HookDoor(connect::HookIntake& intake) : intake_(intake) {}

  static bool takes(std::string_view path) { return path.starts_with("/hooks/"); }
  static BodyPlan plan();
  /// No worker waits for the disk: the answer comes by the commit's completion.
  Response handle(Request& request);

  /// Adds the address to the description of the API.
  static void describe(nlohmann::json& paths, nlohmann::json& components);

 private:
  connect::HookIntake& intake_;
};

}  // namespace lotse::http
