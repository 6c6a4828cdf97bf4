#include "http/router.h"

#include <algorithm>

#include "access/accounts.h"
#include "access/operator.h"
#include "access/tokens.h"
#include "access/workspaces.h"
#include "base/log.h"
#include "customers/panel.h"
#include "http/bounded_routes.h"
#include "http/compress.h"
#include "http/cookie.h"
#include "http/openapi.h"
#include "http/problem.h"

namespace lotse::http {
namespace {
constexpr std::string_view api = "/api/v1";
constexpr std::string_view embedded_panel = "/embed/customer";
constexpr size_t gzip_from_bytes = 1400;  // below it one packet holds it anyway

std::string_view next_segment(std::string_view& path) {
  if (!path.empty() && path.front() == '/') path.remove_prefix(1);
  const auto end = std::min(path.find('/'), path.size());
  const auto segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

/// Whether `path` fits `pattern`, and how many of its segments stand there literally.
std::optional<int> fits(std::string_view pattern, std::string_view path, std::map<std::string, std::string>& parameters) {
  int literal = 0;
  while (!pattern.empty() && !path.empty()) {
    const auto wanted = next_segment(pattern), given = next_segment(path);
    if (wanted.starts_with('{')) {
      if (given.empty()) return std::nullopt;
      parameters[std::string(wanted.substr(1, wanted.size() - 2))] = given;
    } else if (wanted == given) {
      ++literal;
    } else {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return literal;
}

/// A page of another site may make the browser send our cookie's requests; it cannot forge these headers.
Result<void> refuse_foreign_site(const Request& request) {
  const auto refused = [](const char* why) { return Error::make(ErrorKind::forbidden, "foreign_site", why); };
  if (const auto site = request.header("sec-fetch-site"); !site.empty() && site != "same-origin" && site != "none") return refused("Sec-Fetch-Site");
  const auto origin = request.header("origin");
  if (origin.empty()) return {};
  const auto scheme = origin.find("://");
  if (scheme == std::string_view::npos || origin.substr(scheme + 3) != request.header("host")) return refused("Origin is not Host");
  return {};
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  unsigned char difference = a.size() == b.size() ? 0 : 1;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  return difference == 0;
}

/// `frame_ancestors`: who may embed the page; nobody by default.
void add_guards(Response& response, bool page, const std::string& frame_ancestors = "'none'") {
  auto& h = response.headers;
  h.emplace_back("X-Content-Type-Options", "nosniff");
  h.emplace_back("Referrer-Policy", "same-origin");
  if (frame_ancestors == "'none'") h.emplace_back("X-Frame-Options", "DENY");  // it knows no list of origins
  h.emplace_back("Cross-Origin-Opener-Policy", "same-origin");
  h.emplace_back("Content-Security-Policy",
                 page ? std::string("default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
                        "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
                        "form-action 'self'; frame-ancestors ") + frame_ancestors
                      : "default-src 'none'; frame-ancestors 'none'");
}

void compress(Response& response, const Request& request) {
  const bool text = response.content_type.starts_with("application/json") || response.content_type.starts_with("text/") ||
                    response.content_type.starts_with("image/svg");
  if (!text || response.body.size() < gzip_from_bytes || response.events || response.writer) return;
  const auto packed = [](const auto& h) { return h.first == "Content-Encoding"; };
  if (std::any_of(response.headers.begin(), response.headers.end(), packed)) return;
  if (!accepts_coding(request.header("accept-encoding"), "gzip")) return;
  response.body = gzip(response.body);
  response.headers.emplace_back("Content-Encoding", "gzip");
  response.headers.emplace_back("Vary", "Accept-Encoding");
}

bool equal_without_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return std::tolower(static_cast<unsigned char>(x)) == std::tolower(static_cast<unsigned char>(y)); });
}

bool says_json(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ')) content_type.remove_suffix(1);
  return equal_without_case(content_type, "application/json");
}

bool may_before_password_change(const Route& route) { return route.path == "/session" || route.path == "/me/password"; }
}  // namespace

Router::Router(Services services, StaticFiles files, std::vector<Route> routes)
    : services_(services), files_(std::move(files)), routes_(std::move(routes)), tracking_(services.tracking, services.write_keys, services.kpis), hooks_(services.hook_intake) {}

Router::Match Router::match(const Request& request) const {
  Match best;
  int best_literal = -1;
  for (const auto& route : routes_) {
    std::map<std::string, std::string> parameters;
    const auto literal = fits(route.path, std::string_view(request.path).substr(api.size()), parameters);
    if (!literal) continue;
    if (route.method != request.method) {
      best.allowed += (best.allowed.empty() ? "" : ", ") + std::string(method_name(route.method));
    } else if (*literal > best_literal) {
      best_literal = *literal;
      best.route = &route;
      best.parameters = std::move(parameters);
    }
  }
  return best;
}

BodyPlan Router::plan(const Request& head) {
  if (TrackingDoor::takes(head.path)) return TrackingDoor::plan();
  if (HookDoor::takes(head.path)) return HookDoor::plan();
  if (!head.path.starts_with(std::string(api) + "/")) return {};
  const auto found = match(head);
  return {.stream = found.route && found.route->streams_body};
}

Result<access::Caller> Router::caller_of(const Request& request) {
  if (request.local) return services_.owner.any_operator();
  const auto authorization = request.header("authorization");
  if (equal_without_case(authorization.substr(0, 7), "Bearer ")) {
    auto caller = services_.tokens.caller(authorization.substr(7));
    // A program has no session that could have expired: it is told of its token.
    if (!caller && caller.error().code == "not_signed_in") caller.error().code = "token_not_valid";
    return caller;
  }
  return services_.accounts.caller(session_token(request));
}

Result<Viewer> Router::viewer_of(const Request& request, const access::Caller& caller) {
  if (request.local) return services_.owner.viewer(request.parameter("ws"));
  return services_.workspaces.viewer(caller, request.parameter("ws"));
}

Result<Response> Router::answer(Request& request) {
  auto found = match(request);
  if (!found.route) {
    if (found.allowed.empty()) return Error::make(ErrorKind::not_found, "no_such_route", request.path);
    Response response = problem(Error::make(ErrorKind::not_found, "method_not_allowed", found.allowed), request.language, 405);
    response.headers.emplace_back("Allow", found.allowed);
    return response;
  }
  const Route& route = *found.route;
  request.parameters = std::move(found.parameters);

  if (request.method != Method::get && !request.local) TRY(refuse_foreign_site(request));
  if (route.request) {
    if (!says_json(request.header("content-type")))
      return problem(Error::invalid("not_json", "", "Content-Type: application/json is wanted"), request.language, 415);
  }
  if (const auto* open = std::get_if<Route::ForAnybody>(&route.handler)) return (*open)(services_, request);

  const auto caller = TRY(caller_of(request));
  if (!caller.is_token() && !request.local) {
    if (request.method != Method::get && !equal_in_constant_time(request.header("x-csrf-token"), caller.csrf_token))
      return Error::make(ErrorKind::forbidden, "csrf_token_missing", "X-CSRF-Token is not the session's");
    if (caller.must_change_password && !may_before_password_change(route))
      return Error::make(ErrorKind::forbidden, "password_must_change", "the password was made by somebody else");
  }
  for (const auto& q : route.query_parameters)
    if (q.required && !request.query_text(std::string(q.name)))
      return Error::invalid("required", "/" + std::string(q.name), "this query parameter is required");

  if (const auto* for_caller = std::get_if<Route::ForCaller>(&route.handler)) {
    if (caller.is_token()) return Error::make(ErrorKind::forbidden, "only_persons", "an API token may not do this");
    if (std::get<Need>(route.need) == Need::machine_owner && !request.local)
      return Error::make(ErrorKind::forbidden, "only_locally", "only over the data folder's own socket");
    if (std::get<Need>(route.need) == Need::server_operator && !caller.operator_of_server)
      return Error::make(ErrorKind::forbidden, "not_operator", "only operators of the server may do this");
    return (*for_caller)(services_, caller, request);
  }
  const Viewer viewer = TRY(viewer_of(request, caller));
  const Right right = std::get<Right>(route.need);
  if (!viewer.may(right)) return Error::make(ErrorKind::forbidden, "forbidden", "the right " + std::string(word(right)) + " is needed");
  if (viewer.scope().restricted() && !is_bounded(route)) return Error::make(ErrorKind::forbidden, "beyond_restriction", "the route is not bounded");
  return std::get<Route::ForViewer>(route.handler)(services_, viewer, request);
}

Response Router::handle(Request& request) {
  if (TrackingDoor::takes(request.path)) return tracking_.handle(request);
  if (HookDoor::takes(request.path)) return hooks_.handle(request);
  request.language = preferred_language(request.header("accept-language"));
  const bool is_api = request.path.starts_with("/api/");
  Response response;
  std::string frame_ancestors = "'none'";
  try {
    if (!is_api) {
      // The customer panel: the one page that other sites may embed, as far as the workspace allows.
      if (request.path == embedded_panel) {
        frame_ancestors = services_.panel.frame_ancestors(request.query_text("w").value_or(""));
        request.path += ".html";
      }
      response = files_.serve(request);
      // The snippet is for the pages of other sites.
      if (request.path == "/lotse.js") response.headers.emplace_back("Cross-Origin-Resource-Policy", "cross-origin");
    } else if (!request.path.starts_with(std::string(api) + "/")) {
      response = problem(Error::make(ErrorKind::not_found, "no_such_route", request.path), request.language);
    } else {
      auto answered = answer(request);
      response = answered ? std::move(*answered) : problem(answered.error(), request.language);
      const auto cached = [](const auto& h) { return h.first == "Cache-Control"; };
      if (std::none_of(response.headers.begin(), response.headers.end(), cached)) response.headers.emplace_back("Cache-Control", "no-store");
    }
    if (response.later) {
      response.later = [inner = std::move(response.later), head = request](std::function<void(Response)> done) mutable {
        const auto finish = [done = std::move(done), head = std::move(head)](Response later) {
          later.headers.emplace_back("Cache-Control", "no-store");
          add_guards(later, false);
          compress(later, head);
          done(std::move(later));
        };
        try {
          inner(finish);
        } catch (const std::exception& e) {
          finish(problem(Error::make(ErrorKind::internal, "internal", e.what()), "de"));
        }
      };
      return response;
    }
    compress(response, request);
  } catch (const std::exception& e) {
    response = problem(Error::make(ErrorKind::internal, "internal", e.what()), request.language);
  }
  add_guards(response, !is_api, frame_ancestors);
  return response;
}

}  // namespace lotse::http
