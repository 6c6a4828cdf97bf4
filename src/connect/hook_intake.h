#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <string>

#include "connect/hooks.h"
#include "connect/live_watch.h"
#include "hub/hub.h"

namespace lotse::connect {

struct HookRequest {
  std::string path_secret;                     ///< the address's last part
  std::string body;                            ///< as it came; gzip and zlib are recognised by their first bytes
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string access_token;                    ///< of the query, or empty
  std::chrono::steady_clock::time_point since;  ///< when the request came
};
struct HookTaken {
  HookAnswer answer;
  /// Nothing of the body could be taken, and the system should know.
  bool refused = false;
  /// The system wants its answer as SOAP.
  bool soap = false;
};

/// Takes what other systems send to a webhook's address: signature, mapping, hub, and a line in the log. Threads: any.
class HookIntake {
 public:
  static constexpr uint64_t body_bytes_max = 2 << 20;  ///< packed and unpacked

  HookIntake(Hooks& hooks, hub::Hub& hub, LiveWatch& watch, std::shared_ptr<HookLog> log, const Clock& clock)
      : hooks_(hooks), hub_(hub), watch_(watch), log_(std::move(log)), clock_(clock) {}

  /// Whether the address is known and active: for the question that CloudEvents senders ask before they send.
  bool knows(std::string_view path_secret);

  /// Answers, from another thread or before it returns, when the accepted events would survive a power cut.
  ///   errors    webhook_not_found, webhook_paused, webhook_secret_missing, invalid_signature, signature_too_old; broken_gzip,
  ///             truncated_gzip, body_unpacked_too_large; those of read_webhook_body, too_many_events; hub_busy, store_busy, disk_full
  ///   rejected  those of CompiledMapping::map; too_many_event_types, too_many_attributes, too_many_values
  void take(HookRequest request, std::function<void(Result<HookTaken>)> done);

 private:
  Hooks& hooks_;
  hub::Hub& hub_;
  LiveWatch& watch_;
  const std::shared_ptr<HookLog> log_;  // shared: the store may still acknowledge when this has ended
  const Clock& clock_;
};

/// A body as mappings read it: JSON or XML, and CloudEvents whose envelope stands in headers ("ce-type: …") made whole.
///   errors  those of formats::read_webhook_body
Result<nlohmann::json> hook_body(std::string_view body, const std::function<std::string_view(const std::string&)>& header);

}  // namespace lotse::connect
