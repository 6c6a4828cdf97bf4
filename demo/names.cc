#include "demo/names.h"

namespace lotse::demo {
namespace {
using json = nlohmann::json;

Result<std::string> find(const std::map<std::string, std::string>& ids, const std::string& name) {
  const auto found = ids.find(name);
  if (found == ids.end()) return Error::make(ErrorKind::not_found, "not_found", name);
  return found->second;
}
Result<void> replace(json& names, const std::map<std::string, std::string>& ids) {
  for (auto& name : names) name = TRY(find(ids, name));
  return {};
}
}  // namespace

Result<json> with_ids(json filter, const Ids& ids) {
  for (const char* list : {"instance_attributes", "event_attributes"})
    if (filter.contains(list))
      for (auto& condition : filter[list]) {
        const std::string name = condition["attribute"];
        if (name == "source") TRY(replace(condition["values"], ids.sources));
        else if (name != "channel" && name != "direction" && name != "unit") condition["attribute"] = TRY(find(ids.attributes, name));
      }
  if (filter.contains("sequences"))
    for (auto& condition : filter["sequences"])
      for (const char* list : {"touchpoints", "then"})
        if (condition.contains(list)) TRY(replace(condition[list], ids.touchpoints));
  if (filter.contains("touchpoints_shown")) TRY(replace(filter["touchpoints_shown"], ids.touchpoints));
  return filter;
}

}  // namespace lotse::demo
