#pragma once
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace lotse::formats {

/// A zip archive of (name, bytes), deflated, in memory. Names are UTF-8 with '/' between folders.  errors  zip_not_written
Result<std::string> zip_archive(const std::vector<std::pair<std::string, std::string>>& files);

}  // namespace lotse::formats
