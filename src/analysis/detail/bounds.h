#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "analysis/detail/live.h"
#include "model/viewer.h"

namespace lotse::analysis::detail {

/// All rows, some thousand whole customers at a time, in order of (customer, time).
Result<void> each_piece(const engine::Snapshot& columns, engine::Executor& executor, const std::function<void(const engine::RowBatch&)>& use);

/// Attribute numbers, ascending, whose values an import made pseudonyms of staff of.
std::vector<uint32_t> staff_attributes(const events::Dictionary& dictionary);

/// Tells scopes apart: two with the same text see the same.
std::string scope_key(const Scope& scope, const std::vector<uint32_t>& staff);

/// The moment as a viewer of this scope may know it: columns with no event outside of it, a dictionary without the attributes
/// that are hidden from it. Every answer is made from a moment; thus no operator can show more. `serial` is left as it was.
/// `persons`, where `base` counts something else: the moment that it was made from, bounded; no event is in the one that is not in the other.
///   errors  cancelled, those of the store
///   cost    where the scope bounds rows: about 0.1 µs an event of the workspace; else that of copying the dictionary
struct Bounded {
  std::shared_ptr<Moment> moment;
  std::shared_ptr<const Tallies> tallies;
};
Result<Bounded> bounded(const Moment& base, const Moment* persons, std::shared_ptr<const Tallies> tallies, const Scope& scope,
                        const std::vector<uint32_t>& staff, engine::Executor& executor);

}  // namespace lotse::analysis::detail
