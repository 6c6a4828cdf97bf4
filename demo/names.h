#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "base/result.h"

namespace lotse::demo {

/// Public ids behind names, as a workspace has them.
struct Ids {
  std::map<std::string, std::string> touchpoints, attributes, sources;
};

/// A filter of truth.json or segments.json with ids in place of its names; the names channel, direction, unit and source
/// of attributes stay.
///   errors  not_found  detail names what the workspace lacks
Result<nlohmann::json> with_ids(nlohmann::json filter, const Ids& ids);

}  // namespace lotse::demo
