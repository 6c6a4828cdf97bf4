#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace lotse::access::detail {

/// errors  password_too_short (fewer than 10 characters), password_too_long (more than 1,000 bytes); field `field`
Result<void> check_password(std::string_view password, std::string_view field);

/// argon2id at libsodium's "interactive" strength: about 100 ms and 64 MiB. At most two run at once in the process;
/// 30 more may wait, at most 10 s.
/// errors  too_busy
Result<std::string> hash_password(std::string_view password);
/// True where the password fits the hash; takes the same time where it does not.
Result<bool> password_fits(std::string_view password, const std::string& hash);
/// Costs what password_fits costs and is never true: for e-mails that nobody has.
Result<void> pretend_to_check(std::string_view password);

/// A password that people can type: five groups of four letters and digits (99 bits).
std::string random_password();

/// Hex of a 256-bit hash, for secrets that are random themselves (session tokens, API tokens).
std::string hash_of_secret(std::string_view secret);

}  // namespace lotse::access::detail
