#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/request.h"

namespace lotse::http {

/// A CSV file to save, written while it is sent. An error of `write` on the way breaks the answer off visibly.
Response csv_answer(std::string file_name, std::function<Result<void>(const std::function<bool(std::string_view)>&)> write);

}  // namespace lotse::http
