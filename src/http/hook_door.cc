#include "http/hook_door.h"

#include "base/describe.h"
#include "connect/hook_intake.h"
#include "http/problem.h"

namespace lotse::http {
namespace {
constexpr std::string_view hook_base = "/hooks/";
/// What Salesforce takes for "it arrived"; anything else is sent again.
constexpr const char* soap_answer =
    R"(<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>)"
    R"(<notificationsResponse xmlns="http://soap.sforce.com/2005/09/outbound"><Ack>true</Ack></notificationsResponse></soapenv:Body></soapenv:Envelope>)";

void add_hook_guards(Response& response) {
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  response.headers.emplace_back("Cache-Control", "no-store");
}

Response refusal(const Error& error, std::string_view language) {
  Response response = problem(error, language);
  // A body that cannot be read is the sender's fault in the whole: 422 is kept for events in it.
  if (error.kind == ErrorKind::invalid) response.status = 400;
  add_hook_guards(response);
  return response;
}

Response answer_of(const connect::HookTaken& taken, std::string_view language) {
  if (taken.refused) {
    Error error = Error::invalid("events_rejected", "", "none of the events can be stored");
    for (const auto& rejected : taken.answer.rejected) {
      if (error.more.size() >= 50) break;
      error.more.push_back({"/" + std::to_string(rejected.index) + (rejected.field.empty() ? "" : "/" + rejected.field), rejected.code, ""});
    }
    Response response = problem(error, language);
    add_hook_guards(response);
    return response;
  }
  Response response{.status = 200, .content_type = taken.soap ? "text/xml; charset=utf-8" : "application/json"};
  response.body = taken.soap ? soap_answer : to_json(taken.answer).dump();
  add_hook_guards(response);
  return response;
}
}  // namespace

BodyPlan HookDoor::plan() { return {.size_max = connect::HookIntake::body_bytes_max}; }

Response HookDoor::handle(Request& request) {
  const std::string language = preferred_language(request.header("accept-language"));
  std::string secret = request.path.substr(hook_base.size());
  if (request.method == Method::options) {
    // The CloudEvents specification for web hooks: a sender asks whether it may send here.
    Response response{.status = 204};
    response.headers.emplace_back("Allow", "POST, OPTIONS");
    if (const auto origin = request.header("webhook-request-origin"); !origin.empty() && intake_.knows(secret)) {
      response.status = 200;
      response.headers.emplace_back("WebHook-Allowed-Origin", std::string(origin));
      response.headers.emplace_back("WebHook-Allowed-Rate", "*");
    }
    add_hook_guards(response);
    return response;
  }
  if (request.method != Method::post) {
    Response response = problem(Error::make(ErrorKind::not_found, "method_not_allowed", "POST"), language, 405);
    response.headers.emplace_back("Allow", "POST, OPTIONS");
    add_hook_guards(response);
    return response;
  }
  connect::HookRequest sent{.path_secret = std::move(secret),
                            .body = std::move(request.body),
                            .headers = std::move(request.headers),
                            .access_token = request.query_text("access_token").value_or(""),
                            .since = request.arrived};
  Response response;
  response.later = [this, sent = std::move(sent), language](std::function<void(Response)> done) mutable {
    const auto answer = [done, language](Result<connect::HookTaken> taken) { done(taken ? answer_of(*taken, language) : refusal(taken.error(), language)); };
    try {
      intake_.take(std::move(sent), answer);
    } catch (const std::exception& e) {
      answer(Error::make(ErrorKind::internal, "internal", e.what()));
    }
  };
  return response;
}

void HookDoor::describe(nlohmann::json& paths, nlohmann::json& components) {
  nlohmann::json operation = {
      {"operationId", "post_hooks"},
      {"summary", "Events of another system, as its webhook sends them"},
      {"description", "The address of a webhook. What the body holds and how it is signed depends on the webhook's preset. JSON or XML, which the first character says; may be packed "
                      "with gzip; at most 2 MB. Answered when the accepted events would survive a power cut; the sender's message ids make repeats known for 45 days. A Salesforce "
                      "outbound message is answered in SOAP."},
      {"tags", {"webhooks"}},
      {"security", nlohmann::json::array()},
      {"parameters", nlohmann::json::array({{{"name", "secret"}, {"in", "path"}, {"required", true}, {"schema", {{"type", "string"}}}}})},
      {"requestBody", {{"required", true}, {"content", {{"application/json", {{"schema", nlohmann::json::object()}}}, {"text/xml", {{"schema", {{"type", "string"}}}}}}}}}};
  operation["responses"]["200"] = {{"description", "done"}, {"content", {{"application/json", {{"schema", json_schema<connect::HookAnswer>(components)}}}}}};
  operation["responses"]["default"] = {{"description", "a problem"},
                                       {"content", {{"application/problem+json", {{"schema", json_schema<ProblemDocument>(components)}}}}}};
  operation["x-problem-codes"] = {"webhook_not_found", "webhook_paused", "webhook_secret_missing", "invalid_signature", "signature_too_old", "body_empty", "invalid_json", "invalid_utf8",
                                  "json_too_deep", "invalid_xml", "xml_doctype", "xml_too_deep", "too_many_events", "broken_gzip", "truncated_gzip", "body_unpacked_too_large",
                                  "events_rejected", "hub_busy", "store_busy", "disk_full"};
  paths["/hooks/{secret}"] = {{"servers", {{{"url", "/"}}}}, {"post", std::move(operation)}};
}

}  // namespace lotse::http
