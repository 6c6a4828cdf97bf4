#include "connect/hook_checks.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <sodium.h>

#include <algorithm>
#include <memory>

#include "base/ids.h"
#include "formats/number.h"
#include "formats/timestamp.h"

namespace lotse::connect {

namespace {
using namespace std::chrono_literals;
constexpr Micros as_documented = 5min, zendesk_window = 1h, sendgrid_window = 25h;

Error wrong(const char* why) { return Error::make(ErrorKind::unauthenticated, "invalid_signature", why); }

/// Empty where it is no base 64; padding and line ends may be there or not.
std::string from_base64(std::string_view text) {
  std::string out(text.size(), '\0');
  size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(), text.size(), " =\r\n", &size, nullptr,
                        sodium_base64_VARIANT_ORIGINAL_NO_PADDING) != 0)
    return {};
  out.resize(size);
  return out;
}
std::string from_hex(std::string_view text) {
  std::string out(text.size() / 2, '\0');
  size_t size = 0;
  if (sodium_hex2bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(), text.size(), nullptr, &size, nullptr) != 0) return {};
  out.resize(size);
  return out;
}

/// Both are hashed first, so that neither content nor length shows in the time it takes.
bool equal(std::string_view a, std::string_view b) {
  unsigned char x[32], y[32];
  crypto_generichash(x, sizeof x, reinterpret_cast<const unsigned char*>(a.data()), a.size(), nullptr, 0);
  crypto_generichash(y, sizeof y, reinterpret_cast<const unsigned char*>(b.data()), b.size(), nullptr, 0);
  return sodium_memcmp(x, y, sizeof x) == 0;
}

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const auto part : parts) out += part;
  return out;
}

Result<void> in_window(Micros signed_at, Micros received, Micros window) {
  const Micros apart = received > signed_at ? received - signed_at : signed_at - received;
  if (apart > window) return Error::make(ErrorKind::unauthenticated, "signature_too_old", "signed at " + iso_utc(signed_at));
  return {};
}

Result<void> by_token(std::string_view secret, const SignedRequest& request) {
  std::string_view given = request.header("x-lotse-token");
  std::string decoded;
  if (const auto authorization = request.header("authorization"); given.empty() && !authorization.empty()) {
    const auto blank = std::min(authorization.find(' '), authorization.size());
    std::string scheme(authorization.substr(0, blank));
    std::ranges::transform(scheme, scheme.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto rest = authorization.substr(std::min(blank + 1, authorization.size()));
    if (scheme == "bearer") given = rest;
    if (scheme == "basic") {
      decoded = from_base64(rest);
      if (const auto colon = decoded.find(':'); colon != std::string::npos) given = std::string_view(decoded).substr(colon + 1);
    }
  }
  if (given.empty()) given = request.access_token;
  return !given.empty() && equal(given, secret) ? Result<void>() : wrong("the token");
}

std::string standard_mac(std::string_view secret, std::string_view id, std::string_view stamp, std::string_view body) {
  return hmac_sha256(from_base64(secret.starts_with("whsec_") ? secret.substr(6) : secret), joined({id, ".", stamp, ".", body}));
}

Result<void> by_standard(std::string_view secret, const SignedRequest& request) {
  const auto id = request.header("webhook-id"), stamp = request.header("webhook-timestamp");
  const auto seconds = formats::read_integer(stamp);
  if (id.empty() || !seconds || *seconds < 0 || *seconds > 100'000'000'000) return wrong("webhook-id and webhook-timestamp");
  const std::string wanted = standard_mac(secret, id, stamp, request.body);
  bool found = false;
  for (std::string_view all = request.header("webhook-signature"); !all.empty();) {
    const auto end = std::min(all.find(' '), all.size());
    if (const auto one = all.substr(0, end); one.starts_with("v1,")) found = equal(from_base64(one.substr(3)), wanted) || found;
    all.remove_prefix(std::min(end + 1, all.size()));
  }
  if (!found) return wrong("webhook-signature");
  return in_window(std::chrono::seconds(*seconds), request.received, as_documented);
}

Result<void> by_zendesk(std::string_view secret, const SignedRequest& request) {
  const auto stamp = request.header("x-zendesk-webhook-signature-timestamp");
  if (!equal(from_base64(request.header("x-zendesk-webhook-signature")), hmac_sha256(secret, joined({stamp, request.body})))) return wrong("X-Zendesk-Webhook-Signature");
  const auto at = formats::StampReader(formats::TimeLayout::iso, formats::Zone::utc(), request.received).read(stamp);
  if (at.problem != formats::StampProblem::none) return wrong("X-Zendesk-Webhook-Signature-Timestamp");
  return in_window(at.utc, request.received, zendesk_window);
}

/// HubSpot signs the address as it calls it. A proxy in front may have taken the scheme and the host from us.
Result<void> by_hubspot(std::string_view secret, const SignedRequest& request) {
  const auto stamp = request.header("x-hubspot-request-timestamp");
  const auto milliseconds = formats::read_integer(stamp);
  if (!milliseconds || *milliseconds < 0 || *milliseconds > 100'000'000'000'000) return wrong("X-HubSpot-Request-Timestamp");
  const std::string given = from_base64(request.header("x-hubspot-signature-v3"));
  bool found = false;
  for (const auto host : {request.header("host"), request.header("x-forwarded-host")})
    for (const std::string_view scheme : {"https://", "http://"})
      found = (!host.empty() && equal(given, hmac_sha256(secret, joined({"POST", scheme, host, request.path, request.body, stamp})))) || found;
  if (!found) return wrong("X-HubSpot-Signature-v3");
  return in_window(std::chrono::milliseconds(*milliseconds), request.received, as_documented);
}

using PublicKey = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
PublicKey public_key(std::string_view text) {
  std::string bytes = from_base64(text);
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  return PublicKey(d2i_PUBKEY(nullptr, &at, static_cast<long>(bytes.size())), &EVP_PKEY_free);
}

Result<void> by_sendgrid(std::string_view secret, const SignedRequest& request) {
  const auto stamp = request.header("x-twilio-email-event-webhook-timestamp");
  const auto seconds = formats::read_integer(stamp);
  if (!seconds || *seconds < 0 || *seconds > 100'000'000'000) return wrong("X-Twilio-Email-Event-Webhook-Timestamp");
  const auto key = public_key(secret);
  const std::string signature = from_base64(request.header("x-twilio-email-event-webhook-signature")), text = joined({stamp, request.body});
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (!key || signature.empty() || EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
      EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(), reinterpret_cast<const unsigned char*>(text.data()), text.size()) != 1)
    return wrong("X-Twilio-Email-Event-Webhook-Signature");
  return in_window(std::chrono::seconds(*seconds), request.received, sendgrid_window);
}

/// The text of the first OrganizationId element, whatever its prefix.
std::string_view organisation_of(std::string_view body) {
  const auto name = body.find("OrganizationId>");
  if (name == std::string_view::npos) return {};
  const auto begin = name + std::string_view("OrganizationId>").size();
  return body.substr(begin, std::min(body.find('<', begin), body.size()) - begin);
}
bool is_organisation(std::string_view id) {
  return (id.size() == 15 || id.size() == 18) && id.starts_with("00D") && std::ranges::all_of(id, [](char c) { return std::isalnum(static_cast<unsigned char>(c)); });
}
}  // namespace

std::string hmac_sha256(std::string_view key, std::string_view text) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(key.data()), key.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  std::string out(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

Result<void> check_signature(HookCheck check, std::string_view secret, const SignedRequest& request) {
  if (secret.empty()) return wrong("no secret is known here");
  switch (check) {
    case HookCheck::token: return by_token(secret, request);
    case HookCheck::standard: return by_standard(secret, request);
    case HookCheck::hub_signature: {
      const auto given = request.header("x-hub-signature");
      const bool fits = given.starts_with("sha256=") && equal(from_hex(given.substr(7)), hmac_sha256(secret, request.body));
      return fits ? Result<void>() : wrong("X-Hub-Signature");
    }
    case HookCheck::zendesk: return by_zendesk(secret, request);
    case HookCheck::shopify:
      return equal(from_base64(request.header("x-shopify-hmac-sha256")), hmac_sha256(secret, request.body)) ? Result<void>() : wrong("X-Shopify-Hmac-Sha256");
    case HookCheck::hubspot: return by_hubspot(secret, request);
    case HookCheck::sendgrid: return by_sendgrid(secret, request);
    case HookCheck::salesforce_org:
      // The last three characters of the long form only repeat which letters are capitals.
      return equal(organisation_of(request.body).substr(0, 15), secret.substr(0, 15)) ? Result<void>() : wrong("OrganizationId");
  }
  return wrong("unknown scheme");
}

Result<void> check_secret(HookCheck check, std::string_view secret) {
  const auto bad = [](const char* what) { return Error::invalid("invalid_webhook_secret", "/secret", what); };
  if (secret.empty() || secret.size() > 1'000) return bad("1 to 1,000 characters");
  if (std::ranges::any_of(secret, [](char c) { return static_cast<unsigned char>(c) <= ' '; })) return bad("no blanks");
  switch (check) {
    case HookCheck::salesforce_org: return is_organisation(secret) ? Result<void>() : bad("15 or 18 characters that begin with 00D");
    case HookCheck::sendgrid: return public_key(secret) ? Result<void>() : bad("the verification key that SendGrid shows");
    case HookCheck::standard: return from_base64(secret.starts_with("whsec_") ? secret.substr(6) : secret).size() >= 16 ? Result<void>() : bad("whsec_ and base 64 of 16 bytes or more");
    default: return secret.size() >= 8 ? Result<void>() : bad("at least 8 characters");
  }
}

namespace {
std::string to_base64(std::string_view bytes) {
  std::string out(sodium_base64_ENCODED_LEN(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  out.pop_back();  // the ending zero
  return out;
}
}  // namespace

std::string standard_signature(std::string_view secret, std::string_view id, std::string_view timestamp, std::string_view body) {
  return "v1," + to_base64(standard_mac(secret, id, timestamp, body));
}

std::string make_secret(HookCheck check) {
  if (check != HookCheck::standard) return "lotse_ws_" + random_token(24);
  std::string bytes(24, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return "whsec_" + to_base64(bytes);
}

}  // namespace lotse::connect
