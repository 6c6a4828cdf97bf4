#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analysis/detail/live.h"
#include "analysis/detail/local_time.h"
#include "engine/query.h"
#include "model/filter.h"

namespace lotse::analysis::detail {

/// A filter as the engine understands it.
struct Planned {
  engine::Query query;     ///< its mapping points into `seen`
  engine::Query all;       ///< mapping and slicing alone: what the filters took away from
  Seen seen;               ///< keeps the columns and the mapping
  bool filters_events = false;
  bool filters = false;    ///< anything at all beyond slicing
  bool rules_alone = false;  ///< of filter and segment nothing but slicing and customer rules
  std::vector<std::string> notes;
};

/// Finds the touchpoint ids of a variant id of an earlier answer; none where it is unknown.
using VariantSource = std::function<Result<std::optional<std::vector<std::string>>>(const std::string& id)>;

/// Finds the customers, ascending, of whom all rules hold; adds what is wrong to `problems`, below `field`.
using CustomerSource =
    std::function<Result<std::vector<uint32_t>>(const std::vector<CustomerRule>& rules, const std::string& field, std::vector<FieldError>& problems)>;

/// Names and ids become codes, local times become instants. `segment`, where given, is added to `filter`; what is wrong in
/// it is reported at /filter/segment.
///   errors  all that analysis.h names for filters; every one found is in `more`
Result<Planned> plan(Seen seen, const LocalTime& zone, const Filter& filter, const Filter* segment, const VariantSource& variants,
                     const CustomerSource& customers, engine::Executor& executor);

/// The touchpoint that an id of a request names.
///   errors  unknown_touchpoint at `field`
Result<engine::Touchpoint> touchpoint(const MappingView& mapping, const std::string& id, const char* field);

}  // namespace lotse::analysis::detail
