#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "db/database.h"
#include "formats/period.h"

namespace lotse::kpis::detail {

/// Without outer blanks; `least` to `most` characters, none of them a control character but line ends.
///   errors  `code` at `field`
Result<std::string> checked_text(std::string_view text, const char* code, const char* field, size_t least, size_t most);

/// Finite, and small enough that sums of many are exact to the digits that anybody reads.
bool usable(double value);

/// The day after the period's last one.
int32_t end_of(formats::Period period);

/// Owned touchpoints: id to name.
Result<std::map<std::string, std::string>> touchpoint_names(db::Session& session);

}  // namespace lotse::kpis::detail
