#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace lotse::analysis::detail {

/// The last row of a page of instances, and what the answer was based on. As text "as_of.mapping version.customer.ordinal".
struct InstanceCursor {
  int64_t as_of = 0, mapping_version = 0;
  std::string customer;
  uint32_t ordinal = 0;
};
std::optional<InstanceCursor> read_instance_cursor(std::string_view text);
std::string write_instance_cursor(const InstanceCursor& cursor);

}  // namespace lotse::analysis::detail
