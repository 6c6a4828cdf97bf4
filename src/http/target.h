#pragma once
#include <string_view>

#include "http/request.h"

namespace lotse::http {

/// Decodes path and query. False where the target is no absolute path, an escape is broken, or a byte is zero.
bool read_target(std::string_view target, Request& request);

/// The peer, or, where that is a proxy on this machine, the client that the proxy names.
std::string client_address(const Request& request, const std::string& peer);

}  // namespace lotse::http
