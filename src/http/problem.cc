#include "http/problem.h"

#include <algorithm>
#include <map>

#include "base/ids.h"
#include "base/log.h"
#include "http/problem_texts.h"

namespace lotse::http {
namespace {
struct Texts {
  std::string en, de;
};

const std::map<std::string, Texts, std::less<>>& texts() {
  static const auto all = [] {
    std::map<std::string, Texts, std::less<>> map;
    const auto parsed = nlohmann::json::parse(embedded_problems);
    for (const auto& [code, one] : parsed.items()) map[code] = {one.at("en"), one.at("de")};
    return map;
  }();
  return all;
}
}  // namespace

bool has_problem_text(std::string_view code) { return texts().contains(code); }

std::string_view problem_text(std::string_view code, std::string_view language) {
  auto at = texts().find(code);
  if (at == texts().end()) at = texts().find("unknown_problem");
  ensure(at != texts().end(), "the general problem has its text");
  return language == "en" ? at->second.en : at->second.de;
}

int status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid: return 422;
    case ErrorKind::unauthenticated: return 401;
    case ErrorKind::forbidden: return 403;
    case ErrorKind::not_found: return 404;
    case ErrorKind::conflict: return 409;
    case ErrorKind::stale: return 412;
    case ErrorKind::too_large: return 413;
    case ErrorKind::limited: return 429;
    case ErrorKind::unavailable: return 503;
    case ErrorKind::cancelled: return 499;
    case ErrorKind::internal: return 500;
  }
  return 500;
}

Response problem(const Error& error, std::string_view language, int status) {
  ProblemDocument document{.type = "about:blank", .status = status != 0 ? status : status_of(error.kind), .code = error.code};
  if (error.kind == ErrorKind::internal) {
    document.incident = new_id("inc", Clock::system().now());
    log_error("http", "{} {}: {}", *document.incident, error.code, error.detail);
    if (!has_problem_text(document.code)) document.code = "internal";
  } else if (!error.detail.empty()) {
    document.detail = error.detail;
  }
  document.title = problem_text(document.code, language);
  const auto add = [&](const std::string& field, const std::string& code) {
    document.errors.push_back({.field = field, .code = code, .text = std::string(problem_text(code, language))});
  };
  for (size_t i = 0; i < std::min<size_t>(error.more.size(), 50); ++i) add(error.more[i].field, error.more[i].code);
  if (error.more.empty() && !error.field.empty()) add(error.field, error.code);

  Response response{.status = document.status, .content_type = "application/problem+json"};
  response.body = to_json(document).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (error.kind == ErrorKind::limited) response.headers.emplace_back("Retry-After", "900");
  if (error.kind == ErrorKind::unavailable) response.headers.emplace_back("Retry-After", "5");
  return response;
}

}  // namespace lotse::http
