#pragma once
#include <string>
#include <string_view>

#include "base/time.h"

namespace lotse {

/// A new public id: prefix, '_', UUIDv7 (RFC 9562) in 26 characters of Crockford base 32. Those of
/// one process sort in the order in which they were made, also within a millisecond.
std::string new_id(std::string_view prefix, Micros now);

/// `size` random bytes as URL-safe base 64 without padding, from the system's generator.
std::string random_token(size_t size_bytes);

/// True where `id` is PREFIX_ and 26 characters of the alphabet.
bool is_id(std::string_view id, std::string_view prefix);

}  // namespace lotse
