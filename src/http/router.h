#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "http/route.h"
#include "http/server.h"
#include "http/static_files.h"

namespace lotse::access {
class Operator;
}

namespace lotse::http {

/// From a request to its response: finds the row, asks who calls and whether they may, guards against foreign sites,
/// runs the handler, prints problems. Threads: any number of calls.
class Router : public Application {
 public:
  /// `owner` speaks for requests over the data folder's own socket.
  Router(Services services, access::Operator& owner, StaticFiles files, std::vector<Route> routes);

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
  access::Operator& owner_;
  StaticFiles files_;
  std::vector<Route> routes_;
};

}  // namespace lotse::http
