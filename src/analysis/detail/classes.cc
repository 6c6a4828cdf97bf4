#include "analysis/detail/classes.h"

#include "base/result.h"

namespace lotse::analysis::detail {

uint32_t ClassTable::code(uint32_t type, uint16_t source, const uint32_t* properties) {
  if (source >= pairs_.size()) pairs_.resize(source + 1);
  auto& of_source = pairs_[source];
  if (type >= of_source.size()) of_source.resize(type + 1, 0);
  uint32_t& pair = of_source[type];
  if (pair == 0) {
    pair = ++pair_count_;
    if (folds_.empty()) classes_.push_back({type, source, {}});
  }
  uint32_t number = pair - 1;
  for (size_t p = 0; p < folds_.size(); ++p) {
    const bool last = p + 1 == folds_.size();
    const uint32_t next = static_cast<uint32_t>(folds_[p].size());
    const auto [at, added] = folds_[p].try_emplace(uint64_t{number} << 32 | properties[p], next);
    number = at->second;
    if (added && last) classes_.push_back({type, source, std::vector<uint32_t>(properties, properties + folds_.size())});
  }
  return number;
}

std::vector<uint32_t> ClassTable::derive(const EventColumns& rows) {
  std::vector<const std::vector<uint32_t>*> columns(properties_.size(), nullptr);
  for (size_t p = 0; p < properties_.size(); ++p)
    for (const auto& attribute : rows.attributes)
      if (attribute.attribute == properties_[p] && !attribute.codes.empty()) columns[p] = &attribute.codes;
  std::vector<uint32_t> out(rows.size()), codes(properties_.size(), 0);
  for (size_t i = 0; i < rows.size(); ++i) {
    for (size_t p = 0; p < columns.size(); ++p) codes[p] = columns[p] ? (*columns[p])[i] : 0;
    out[i] = code(rows.type[i], rows.source[i], codes.data());
  }
  return out;
}

void ClassTable::restore(const EventClass& one) {
  ensure(one.properties.size() == properties_.size(), "a class has a code for each property");
  const size_t before = classes_.size();
  code(one.type, one.source, one.properties.data());
  ensure(classes_.size() == before + 1, "restored classes differ from one another");
}

}  // namespace lotse::analysis::detail
