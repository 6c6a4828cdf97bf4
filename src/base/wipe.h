#pragma once
#include <filesystem>

#include "base/result.h"

namespace lotse {

/// Overwrites the file's bytes, makes that durable, and removes its name; a file that is not there is well. File systems that
/// write changed blocks elsewhere (copy on write, flash) may keep old blocks until they use them again.
///   errors  file_not_writable
Result<void> wipe_file(const std::filesystem::path& file);

}  // namespace lotse
