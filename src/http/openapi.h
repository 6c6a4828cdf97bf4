#pragma once
#include <nlohmann/json.hpp>
#include <vector>

#include "http/route.h"

namespace lotse::http {

/// The OpenAPI 3.1 description of the rows: the one source of the web client's types.
nlohmann::json openapi_document(const std::vector<Route>& routes);

/// GET, POST, PATCH, DELETE.
std::string_view method_name(Method method);

}  // namespace lotse::http
