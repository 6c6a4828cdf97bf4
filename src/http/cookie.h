#pragma once
#include <string>
#include <string_view>

#include "http/request.h"

namespace lotse::http {

/// Set-Cookie of a session: HttpOnly, SameSite=Strict, Path=/, 30 days; Secure where the client came by TLS.
std::string session_cookie(std::string_view token, bool secure);
std::string expired_session_cookie(bool secure);
/// The session token of a request's Cookie header; empty where there is none.
std::string_view session_token(const Request& request);
/// True where a proxy in front of the server took the request by TLS (X-Forwarded-Proto).
bool came_by_tls(const Request& request);

}  // namespace lotse::http
