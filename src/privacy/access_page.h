#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace lotse::privacy {

/// What an access request found, as a page to read and print, complete in itself. `language` is de or en.
std::string access_page(const nlohmann::json& file, std::string_view language);

}  // namespace lotse::privacy
