#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace lotse::connect::detail {

/// gzip or zlib, unpacked as a whole.
///   errors  broken_gzip, truncated_gzip, body_unpacked_too_large (above `bytes_max`)
Result<std::string> unpacked(std::string_view body, uint64_t bytes_max);

}  // namespace lotse::connect::detail
