#pragma once
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "connect/hook_mapping.h"

namespace lotse::connect::detail {

/// Where a template's values come from.
struct TemplateValues {
  const nlohmann::json& item;
  const HookInput& input;
};

/// A JSON pointer (RFC 6901), split.
using Pointer = std::vector<std::string>;
/// None where the text is no pointer: it begins with / or is empty.
std::optional<Pointer> pointer_of(std::string_view text);
/// Null where nothing stands there.
const nlohmann::json* find(const nlohmann::json& in, const Pointer& pointer);

/// A scalar as text without control characters; the scalars of an array, joined; empty for null and objects.
std::string text_of(const nlohmann::json& value);

/// Text with places for values (see HookFields).
class Template {
 public:
  /// errors  bad_template (detail says what and where)
  static Result<Template> parse(std::string_view text);
  /// Empty where it has places and all of them are empty.
  std::string fill(const TemplateValues& values) const;

 private:
  enum class From : uint8_t { item, body, header, text, received };
  struct Alternative {
    From from = From::text;
    Pointer pointer;
    std::string text;  // or the header's name
  };
  struct Part {
    std::string text;                      // before the place
    std::vector<Alternative> alternatives;  // empty: no place
  };
  std::vector<Part> parts_;
};

}  // namespace lotse::connect::detail
