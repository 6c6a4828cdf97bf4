#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/detail/answer_cache.h"
#include "analysis/detail/live.h"
#include "analysis/detail/local_time.h"
#include "customers/types.h"
#include "engine/instances.h"
#include "engine/reckon.h"
#include "model/filter.h"

namespace lotse::analysis::detail {

/// What rules and computed attributes are answered from: one moment, one mapping. Borrowed for the call.
struct AudienceView {
  const Seen& seen;
  const LocalTime& zone;
  const std::vector<customers::ComputedAttribute>& computed;
  AnswerCache& cache;
  engine::Executor& executor;
  std::optional<uint32_t> only;  ///< this customer alone: nothing else is computed, nothing is kept
  std::stop_token stop = {};
};

/// A column of the engine and what its codes mean.
struct NamedAttribute {
  uint32_t number = 0;
  AttributeScope scope = AttributeScope::event;
  bool in_memory = true;
  const std::vector<std::string>* values = nullptr;  ///< none: sources
};
/// What a public attribute id names; none where it is unknown.
std::optional<NamedAttribute> attribute_named(const Moment& moment, const std::string& id);
/// The codes of values; those that no event has are left out, an empty text is 0.
std::vector<uint32_t> codes_of(const Moment& moment, const NamedAttribute& attribute, const std::vector<std::string>& values);
/// The attribute's column; none where no event in the columns has it.
std::optional<size_t> column_of(const Moment& moment, uint32_t number);

/// Numbers of customers, in one order.
struct CustomerNumbers {
  std::shared_ptr<const std::vector<uint32_t>> customers;                  ///< ascending
  std::vector<std::shared_ptr<const std::vector<double>>> values;          ///< [asked][customer]
};
/// The values of computed attributes: numbers; times in microseconds; channels as codes. Not a number (code 0): none.
/// What was computed for this moment before is taken from the cache.
///   errors  unknown_touchpoint, unknown_attribute (a definition names what is gone), cancelled, store_broken
Result<CustomerNumbers> compute(const AudienceView& view, const std::vector<customers::ComputedDefinition>& definitions);

/// The customers, ascending, of whom all rules hold. What is wrong is added to `problems` below `field`; then the answer
/// means nothing.
Result<std::vector<uint32_t>> customers_of(const AudienceView& view, const std::vector<CustomerRule>& rules, const std::string& field,
                                           std::vector<FieldError>& problems);

}  // namespace lotse::analysis::detail
