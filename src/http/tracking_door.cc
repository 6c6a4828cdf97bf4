#include "http/tracking_door.h"

#include <sodium.h>

#include <array>

#include "base/describe.h"
#include "connect/tracking.h"
#include "connect/write_keys.h"
#include "http/problem.h"
#include "kpis/kpis.h"

namespace lotse::http {
namespace {
constexpr std::string_view tracking_base = "/v1/", kpi_call = "kpis";

void add_tracking_guards(Response& response) {
  auto& h = response.headers;
  h.emplace_back("Access-Control-Allow-Origin", "*");
  h.emplace_back("Access-Control-Expose-Headers", "Retry-After");
  h.emplace_back("Cross-Origin-Resource-Policy", "cross-origin");
  h.emplace_back("X-Content-Type-Options", "nosniff");
  h.emplace_back("Cache-Control", "no-store");
}

Response refusal(const Error& error, const Request& request) {
  Response response = problem(error, request.header("accept-language").starts_with("de") ? "de" : "en");
  if (error.kind == ErrorKind::invalid) response.status = 400;  // as this API's clients know it: they do not send it again
  add_tracking_guards(response);
  return response;
}

/// Empty where it is no base 64.
std::string decode_base64(std::string_view text) {
  std::string out(text.size(), '\0');
  size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(), text.size(), " =\r\n", &size, nullptr,
                        sodium_base64_VARIANT_ORIGINAL_NO_PADDING) != 0)
    return {};
  out.resize(size);
  return out;
}

bool starts_with_word(std::string_view text, std::string_view word) {
  if (text.size() < word.size()) return false;
  for (size_t i = 0; i < word.size(); ++i)
    if (std::tolower(static_cast<unsigned char>(text[i])) != word[i]) return false;
  return true;
}
}  // namespace

std::string write_key_of(std::string_view authorization) {
  if (starts_with_word(authorization, "bearer ")) return std::string(authorization.substr(7));
  if (!starts_with_word(authorization, "basic ")) return {};
  const std::string pair = decode_base64(authorization.substr(6));
  return pair.substr(0, pair.find(':'));
}

BodyPlan TrackingDoor::plan() { return {.size_max = connect::Tracking::body_bytes_max}; }

Response TrackingDoor::handle(Request& request) {
  const std::string call = request.path.substr(tracking_base.size());
  if (call != kpi_call && !connect::Tracking::knows(call)) return refusal(Error::make(ErrorKind::not_found, "no_such_route", request.path), request);
  if (request.method == Method::options) {
    Response response{.status = 204};
    add_tracking_guards(response);
    response.headers.emplace_back("Access-Control-Allow-Methods", "POST");
    response.headers.emplace_back("Access-Control-Allow-Headers", "Authorization, Content-Type, Content-Encoding, AnonymousId, *");
    response.headers.emplace_back("Access-Control-Max-Age", "86400");
    return response;
  }
  if (request.method != Method::post) {
    Response response = refusal(Error::make(ErrorKind::not_found, "method_not_allowed", "POST"), request);
    response.status = 405;
    response.headers.emplace_back("Allow", "POST, OPTIONS");
    return response;
  }
  if (call == kpi_call) return take_kpis(request);
  connect::TrackingRequest tracked{.call = call, .body = std::move(request.body), .write_key = write_key_of(request.header("authorization")), .since = request.arrived};
  Request head;
  if (const auto language = request.header("accept-language"); !language.empty()) head.headers["accept-language"] = language;
  Response response;
  response.later = [this, tracked = std::move(tracked), head = std::move(head)](std::function<void(Response)> done) mutable {
    const auto answer = [done, head](Result<connect::TrackingAnswer> taken) {
      if (!taken) return done(refusal(taken.error(), head));
      Response fine{.status = 200, .content_type = "application/json"};
      fine.body = taken->rejected.empty() ? R"({"success":true,"rejected":[]})" : to_json(*taken).dump();
      add_tracking_guards(fine);
      done(std::move(fine));
    };
    try {
      tracking_.take(std::move(tracked), answer);
    } catch (const std::exception& e) {
      answer(Error::make(ErrorKind::internal, "internal", e.what()));
    }
  };
  return response;
}

Response TrackingDoor::take_kpis(const Request& request) {
  const auto take = [&]() -> Result<kpis::KpiTaken> {
    const auto source = TRY(keys_.source_of(write_key_of(request.header("authorization"))));
    return kpis_.deliver(*source, TRY(parse_json<kpis::KpiDelivery>(request.body)));
  };
  const auto taken = take();
  if (!taken) return refusal(taken.error(), request);
  Response response{.status = 200, .content_type = "application/json", .body = json_text(*taken)};
  add_tracking_guards(response);
  return response;
}

void TrackingDoor::describe(nlohmann::json& paths, nlohmann::json& components) {
  struct Call {
    const char *name, *text;
  };
  static constexpr std::array<Call, 8> calls = {{{"track", "Something happened: {userId or anonymousId, event, properties}"},
                                                 {"identify", "Says who somebody is: {userId, anonymousId, traits}"},
                                                 {"page", "A page was seen: {userId or anonymousId, name, properties}"},
                                                 {"screen", "A screen of an app was seen: {userId or anonymousId, name, properties}"},
                                                 {"group", "Says to which group or company somebody belongs: {userId or anonymousId, groupId, traits}"},
                                                 {"alias", "Two identifiers are one person: {previousId, userId}"},
                                                 {"batch", "Many calls at once: {batch: [{type, …}]}"},
                                                 {"import", "Like batch, for past events: their times are taken as they are"}}};
  for (const auto& call : calls) {
    nlohmann::json operation = {
        {"operationId", std::string("post_v1_") + call.name},
        {"summary", call.text},
        {"description", "Tracking API, as the Segment specification has it. Needs a write key: Basic with the key as user and an empty password, Bearer, or "
                        "writeKey in the body. The body may be packed with gzip; at most 2 MB, 32 KB an event. Answered when the accepted events would "
                        "survive a power cut. messageId makes repeats known for 45 days."},
        {"tags", {"tracking"}},
        {"security", {{{"write_key", nlohmann::json::array()}}, {{"token", nlohmann::json::array()}}}},
        {"requestBody", {{"required", true}, {"content", {{"application/json", {{"schema", {{"type", "object"}, {"additionalProperties", true}}}}}}}}}};
    operation["responses"]["200"] = {{"description", "done"}, {"content", {{"application/json", {{"schema", json_schema<connect::TrackingAnswer>(components)}}}}}};
    operation["responses"]["default"] = {{"description", "a problem"},
                                         {"content", {{"application/problem+json", {{"schema", json_schema<ProblemDocument>(components)}}}}}};
    operation["x-problem-codes"] = {"invalid_write_key", "invalid_json", "invalid_utf8", "json_too_deep", "not_an_object", "no_batch", "too_many_events",
                                    "broken_gzip", "truncated_gzip", "body_unpacked_too_large", "hub_busy", "store_busy", "disk_full", "unknown_call", "no_customer",
                                    "no_event_type", "bad_time", "time_out_of_range", "event_too_large", "text_too_long"};
    paths["/v1/" + std::string(call.name)] = {{"servers", {{{"url", "/"}}}}, {"post", std::move(operation)}};
  }
  nlohmann::json operation = {{"operationId", "post_v1_kpis"},
                              {"summary", "Values of the KPIs of the write key's source: {values: [{kpi, period, value}]}"},
                              {"description", "Needs a write key: Basic with the key as user and an empty password, or Bearer. At most 2 MB. One bad value does not spoil the others; "
                                              "one that is delivered again replaces the former. Answered when the values would survive a power cut."},
                              {"tags", {"tracking"}},
                              {"security", {{{"write_key", nlohmann::json::array()}}, {{"token", nlohmann::json::array()}}}},
                              {"requestBody", {{"required", true}, {"content", {{"application/json", {{"schema", json_schema<kpis::KpiDelivery>(components)}}}}}}}};
  operation["responses"]["200"] = {{"description", "done"}, {"content", {{"application/json", {{"schema", json_schema<kpis::KpiTaken>(components)}}}}}};
  operation["responses"]["default"] = {{"description", "a problem"}, {"content", {{"application/problem+json", {{"schema", json_schema<ProblemDocument>(components)}}}}}};
  operation["x-problem-codes"] = {"invalid_write_key", "invalid_json", "no_kpi_values", "too_many_kpi_values", "disk_full"};
  paths["/v1/kpis"] = {{"servers", {{{"url", "/"}}}}, {"post", std::move(operation)}};
}

}  // namespace lotse::http
