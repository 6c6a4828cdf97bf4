#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "http/route.h"
#include "http/server.h"
#include "http/static_files.h"
#include "http/hook_door.h"
#include "http/tracking_door.h"

namespace lotse::http {

/// From a request to its response: finds the row, asks who calls and whether they may, guards against foreign sites,
/// runs the handler, prints problems. Threads: any number of calls.
class Router : public Application {
 public:
  Router(Services services, StaticFiles files, std::vector<Route> routes);

  BodyPlan plan(const Request& head) override;
  Response handle(Request& request) override;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Match {
    const Route* route = nullptr;
    std::map<std::string, std::string> parameters;
    std::string allowed;  ///< methods of the path, where no row has the request's
  };
  Match match(const Request& request) const;
  Result<Response> answer(Request& request);
  Result<access::Caller> caller_of(const Request& request);
  Result<Viewer> viewer_of(const Request& request, const access::Caller& caller);

  Services services_;
  StaticFiles files_;
  std::vector<Route> routes_;
  TrackingDoor tracking_;
  HookDoor hooks_;
};

}  // namespace lotse::http
