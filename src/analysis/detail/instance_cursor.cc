#include "analysis/detail/instance_cursor.h"

#include <fmt/format.h>

#include <charconv>

namespace lotse::analysis::detail {

std::optional<InstanceCursor> read_instance_cursor(std::string_view text) {
  InstanceCursor out;
  auto number = [&](auto& to) {
    const auto end = text.find('.');
    const auto part = text.substr(0, end);
    const auto [at, error] = std::from_chars(part.data(), part.data() + part.size(), to);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    return error == std::errc{} && at == part.data() + part.size() && !part.empty();
  };
  if (!number(out.as_of) || !number(out.mapping_version)) return std::nullopt;
  const auto end = text.find('.');
  if (end == std::string_view::npos) return std::nullopt;
  out.customer = text.substr(0, end);
  text = text.substr(end + 1);
  if (!number(out.ordinal) || !text.empty()) return std::nullopt;
  return out;
}

std::string write_instance_cursor(const InstanceCursor& cursor) {
  return fmt::format("{}.{}.{}.{}", cursor.as_of, cursor.mapping_version, cursor.customer, cursor.ordinal);
}

}  // namespace lotse::analysis::detail
