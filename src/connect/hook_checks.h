#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "connect/hook_types.h"

namespace lotse::connect {

/// A request as its signature covers it.
struct SignedRequest {
  std::string_view body;  ///< as it came, byte by byte
  std::string_view path;  ///< "/hooks/…"
  std::string_view access_token;  ///< of the query, or empty
  std::function<std::string_view(const std::string& name)> header;  ///< names in lower case
  Micros received{0};
};

/// Whether the request was signed with the secret, by the scheme that the system documents. Compares in constant time.
///
///   errors   invalid_signature (wrong or missing), signature_too_old (signed outside of the scheme's window)
///   windows  HubSpot and Standard Webhooks 5 minutes, as they say; Zendesk an hour, SendGrid 25 hours: both send again what was
///            not taken, and what was taken adds nothing when it comes again
///   threads  pure
Result<void> check_signature(HookCheck check, std::string_view secret, const SignedRequest& request);

/// Whether a secret that a person entered can be one of the scheme's: SendGrid's is a public key, Salesforce's the
/// organisation's id (15 or 18 characters, beginning with 00D), Standard Webhooks' begins with whsec_.
///   errors  invalid_webhook_secret (/secret)
Result<void> check_secret(HookCheck check, std::string_view secret);

/// A secret made here, as the scheme writes it.
std::string make_secret(HookCheck check);

/// The header webhook-signature of a request of our own, as Standard Webhooks has it. `secret` passed check_secret.
std::string standard_signature(std::string_view secret, std::string_view id, std::string_view timestamp, std::string_view body);

/// HMAC-SHA256 (RFC 2104), 32 bytes; for keys of any length.
std::string hmac_sha256(std::string_view key, std::string_view text);

}  // namespace lotse::connect
