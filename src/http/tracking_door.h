#pragma once
#include <nlohmann/json.hpp>
#include <string_view>

#include "http/request.h"
#include "http/server.h"

namespace lotse::connect {
class Tracking;
class WriteKeys;
}  // namespace lotse::connect
namespace lotse::kpis {
class Kpis;
}

namespace lotse::http {

/// The tracking API below /v1, beside our own: programs and browsers of other sites send events and values of KPIs
/// with a write key. No session, no cookie, so no CSRF; any origin may call, none with credentials. Threads: any.
class TrackingDoor {
 public:
  TrackingDoor(connect::Tracking& tracking, connect::WriteKeys& keys, kpis::Kpis& kpis) : tracking_(tracking), keys_(keys), kpis_(kpis) {}

  static bool takes(std::string_view path) { return path.starts_with("/v1/"); }
  static BodyPlan plan();
  /// No worker waits for the disk: the answer comes by the commit's completion.
  Response handle(Request& request);

  /// Adds the calls to the description of the API.
  static void describe(nlohmann::json& paths, nlohmann::json& components);

 private:
  Response take_kpis(const Request& request);
  connect::Tracking& tracking_;
  connect::WriteKeys& keys_;
  kpis::Kpis& kpis_;
};

/// The write key of an Authorization header: the user of Basic, or the token of Bearer; empty where there is none.
std::string write_key_of(std::string_view authorization);

}  // namespace lotse::http
