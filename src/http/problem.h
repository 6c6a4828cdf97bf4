#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/describe.h"
#include "http/request.h"

namespace lotse::http {

struct ProblemField {
  std::string field, code, text;
  static constexpr auto describe() {
    return json_object("ProblemField", lotse::field("field", &ProblemField::field, "JSON pointer into the request"),
                       lotse::field("code", &ProblemField::code, "stable"),
                       lotse::field("text", &ProblemField::text, "in the caller's language"));
  }
};

/// RFC 9457.
struct ProblemDocument {
  std::string type, title;
  int status = 500;
  std::string code;
  std::optional<std::string> detail;
  std::vector<ProblemField> errors;
  std::optional<std::string> incident;
  static constexpr auto describe() {
    return json_object("Problem", field("type", &ProblemDocument::type, "about:blank, or a page about the code"),
                       field("title", &ProblemDocument::title, "what went wrong and what to do, in the caller's language"),
                       field("status", &ProblemDocument::status, ""), field("code", &ProblemDocument::code, "stable"),
                       field("detail", &ProblemDocument::detail, "English, technical"),
                       field("errors", &ProblemDocument::errors, "by field"),
                       field("incident", &ProblemDocument::incident, "stands in the server's log beside the cause"));
  }
};

/// The text of a code in "de" or "en"; a general sentence where the code has none.
std::string_view problem_text(std::string_view code, std::string_view language);
bool has_problem_text(std::string_view code);

/// The response to an error. Internal ones are logged here with an incident number, their detail stays in the log.
/// `status` where HTTP has a word of its own for it, like 405 or 415; 0: what the error's kind says.
Response problem(const Error& error, std::string_view language, int status = 0);
int status_of(ErrorKind kind);

}  // namespace lotse::http
