#pragma once

namespace lotse::access {
class Accounts;
class Workspaces;
class Tokens;
class Audit;
}  // namespace lotse::access
namespace lotse::jobs {
class Jobs;
}
namespace lotse::customers {
class Segments;
}

namespace lotse::http {
class EventHub;

/// What routes may call. The composition root (cli/serve.cc) makes them all; a route file includes only what it uses.
struct Services {
  access::Accounts& accounts;
  access::Workspaces& workspaces;
  access::Tokens& tokens;
  access::Audit& audit;
  jobs::Jobs& jobs;
  customers::Segments& segments;
  EventHub& events;
};

}  // namespace lotse::http
