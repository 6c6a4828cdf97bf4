#include <algorithm>

#include "engine/detail/select.h"

namespace lotse::engine::detail {
namespace {

Result<CodeSet> touchpoint_set(const std::vector<Touchpoint>& list, uint32_t count, const char* field) {
  CodeSet set;
  set.table.assign(count, 0);
  for (Touchpoint t : list) {
    if (t >= count) return Error::invalid("invalid_touchpoint", field, "a touchpoint beyond the mapping's");
    set.table[t] = 1;
  }
  return set;
}

bool holds_all(const CodeSet& set) {
  return std::all_of(set.table.begin(), set.table.end(), [](uint8_t x) { return x != 0; });
}

/// `high` is the highest code of that attribute in the snapshot.
CodeSet code_set(const AttributeCondition& condition, uint32_t high) {
  CodeSet set;
  set.table.assign(size_t{high} + 1, condition.negated);
  set.beyond = condition.negated;
  for (uint32_t code : condition.codes)
    if (code <= high) set.table[code] = !condition.negated;
  return set;
}

Result<void> add_attributes(const Columns& columns, const std::vector<AttributeCondition>& conditions, const char* field,
                            std::vector<AttributeTest>& tests, bool keep_all = false) {
  size_t count = 0;
  for (const auto& part : columns.parts) count = std::max(count, part.segment->attributes.size());
  for (const auto& condition : conditions) {
    // An empty snapshot knows no attributes yet: nothing to find, nothing to refuse.
    if (condition.attribute >= count && !columns.parts.empty())
      return Error::invalid("invalid_attribute", field, "an attribute beyond the snapshot's");
    uint32_t high = 0;
    for (const auto& part : columns.parts)
      if (condition.attribute < part.segment->attributes.size()) high = std::max(high, part.segment->attributes[condition.attribute].max);
    AttributeTest test{condition.attribute, code_set(condition, high), condition.carried};
    if (keep_all || !holds_all(test.codes)) tests.push_back(std::move(test));
  }
  return {};
}

Result<void> add_mapping(const Columns& columns, const Query& query, Plan& plan) {
  ensure(query.mapping != nullptr, "a query has a mapping");
  const Mapping& mapping = *query.mapping;
  if (mapping.touchpoint_count > no_touchpoint)
    return Error::make(ErrorKind::too_large, "invalid_touchpoint", "more than 65,535 touchpoints");
  uint32_t classes = 0;
  for (const auto& part : columns.parts)
    if (part.segment->row_count) classes = std::max(classes, part.segment->event_class.max + 1);
  if (mapping.touchpoint_of.size() < classes)
    return Error::make(ErrorKind::internal, "mapping_incomplete", "an event class beyond the mapping");
  plan.touchpoint_of = mapping.touchpoint_of;
  plan.touchpoint_count = mapping.touchpoint_count;
  for (size_t c = 0; c < plan.touchpoint_of.size(); ++c) {
    const Touchpoint t = plan.touchpoint_of[c];
    if (t == no_touchpoint) plan.some_unmapped = plan.some_unmapped || c < classes;
    else if (t >= mapping.touchpoint_count)
      return Error::make(ErrorKind::internal, "invalid_touchpoint", "the mapping names a touchpoint beyond its count");
  }
  return {};
}

Result<void> add_slicing(const Query& query, Plan& plan) {
  const Slicing& slicing = query.slicing;
  plan.by = slicing.by;
  plan.keyed_class.table = slicing.keyed_class;
  plan.as_of_us = query.as_of.count();
  if (slicing.gap) {
    if (slicing.gap->count() <= 0) return Error::invalid("invalid_gap", "/slicing/gap", "must be above 0");
    plan.has_gap = true;
    plan.gap_us = slicing.gap->count();
  }
  plan.has_start = !slicing.start.empty();
  plan.has_end = !slicing.end.empty();
  plan.start = TRY(touchpoint_set(slicing.start, plan.touchpoint_count, "/slicing/start"));
  plan.end = TRY(touchpoint_set(slicing.end, plan.touchpoint_count, "/slicing/end"));
  return {};
}

Result<void> add_instance_filters(const Columns& columns, const Query& query, Plan& plan) {
  const InstanceFilters& f = query.instances;
  const uint32_t count = plan.touchpoint_count;
  if (!f.starts_with.empty()) plan.starts_with = TRY(touchpoint_set(f.starts_with, count, "/instances/starts_with"));
  if (!f.ends_with.empty()) plan.ends_with = TRY(touchpoint_set(f.ends_with, count, "/instances/ends_with"));
  if (!f.contains_not.empty()) plan.contains_not = TRY(touchpoint_set(f.contains_not, count, "/instances/contains_not"));
  for (const auto& list : f.contains) plan.contains.push_back(TRY(touchpoint_set(list, count, "/instances/contains")));
  for (const auto& s : f.successions) {
    SuccessionTest test{TRY(touchpoint_set(s.first, count, "/instances/successions")),
                        TRY(touchpoint_set(s.then, count, "/instances/successions")), s.directly, INT64_MAX};
    if (s.within) test.within_us = s.within->count();
    plan.successions.push_back(std::move(test));
  }
  if (f.duration_min) plan.duration_min_us = std::max<int64_t>(0, f.duration_min->count());
  if (f.duration_max) plan.duration_max_us = f.duration_max->count();
  plan.events_min = f.events_min.value_or(0) <= 1 ? 0 : *f.events_min;
  plan.events_max = f.events_max.value_or(UINT32_MAX);
  TRY(add_attributes(columns, f.has_event, "/instances/has_event", plan.has_event));
  TRY(add_attributes(columns, f.has_no_event, "/instances/has_no_event", plan.has_no_event, true));
  TRY(add_attributes(columns, f.customer_last, "/instances/customer_last", plan.customer_last));
  plan.exclude_open = f.exclude_open && (plan.has_gap || plan.has_end);
  if (f.variants) plan.variants = sequence_set(*f.variants);
  return {};
}

Result<void> add_period(const Columns& columns, const Query& query, Plan& plan) {
  const Period& period = query.period;
  if (period.mode == Period::Mode::all) return {};
  if (period.from > period.to) return Error::invalid("invalid_period", "/period", "begins after its end");
  int64_t first = INT64_MAX, last = INT64_MIN;
  for (const auto& part : columns.parts) {
    if (part.live_rows == 0) continue;
    first = std::min(first, part.segment->time_first);
    last = std::max(last, part.segment->time_last);
  }
  // The whole of the data lies inside: nothing to test. "Completed" also asks for closed ones.
  const bool covers = first > last || (period.from.count() <= first && last < period.to.count());
  if (covers && period.mode != Period::Mode::completed) return {};
  plan.period = period.mode;
  plan.from_us = period.from.count();
  plan.to_us = period.to.count();
  return {};
}

void add_customers(const Columns& columns, const Query& query, Plan& plan) {
  for (const auto& part : columns.parts) plan.live.push_back(part.live);
  if (!query.instances.customers) return;
  auto wanted = *query.instances.customers;
  std::sort(wanted.begin(), wanted.end());
  for (size_t p = 0; p < columns.parts.size(); ++p) {
    const Part& part = columns.parts[p];
    auto selected = std::make_shared<Bitmap>((part.segment->customer_count + 63) / 64, 0);
    uint32_t from = 0;
    for (uint32_t customer : wanted) {
      if (auto index = find(part, customer, from)) {
        set_bit(*selected, *index);
        from = *index;
      }
    }
    plan.live[p] = std::move(selected);
  }
}

}  // namespace

SequenceSet sequence_set(const std::vector<std::vector<Touchpoint>>& sequences) {
  SequenceSet set;
  for (const auto& sequence : sequences) set.emplace(hash_of(sequence), sequence);
  return set;
}

bool has(const SequenceSet& set, std::span<const Touchpoint> sequence) {
  const auto [from, to] = set.equal_range(hash_of(sequence));
  return std::any_of(from, to, [&](const auto& entry) { return std::ranges::equal(sequence, entry.second); });
}

bool Plan::filters_instances() const {
  return starts_with || ends_with || contains_not || !contains.empty() || !successions.empty() || duration_min_us > 0 ||
         duration_max_us != INT64_MAX || events_min > 0 || events_max != UINT32_MAX || !has_event.empty() || !has_no_event.empty() ||
         !customer_last.empty() || exclude_open || variants ||
         (period != Period::Mode::all && period != Period::Mode::cut);
}

Result<Plan> plan(const Columns& columns, const Query& query) {
  Plan plan;
  TRY(add_mapping(columns, query, plan));
  TRY(add_slicing(query, plan));
  TRY(add_instance_filters(columns, query, plan));
  TRY(add_period(columns, query, plan));
  TRY(add_attributes(columns, query.events.attributes, "/events/attributes", plan.event_attributes));
  if (query.events.touchpoints) {
    auto shown = TRY(touchpoint_set(*query.events.touchpoints, plan.touchpoint_count, "/events/touchpoints"));
    if (!holds_all(shown)) plan.shown = std::move(shown);
  }
  if (query.events.remaining) plan.remaining = sequence_set(*query.events.remaining);
  if (query.last_arrival && *query.last_arrival < columns.last_arrival) plan.last_arrival = query.last_arrival;
  add_customers(columns, query, plan);
  return plan;
}

std::vector<Unit> units(const Columns& columns, uint32_t rows_each) {
  std::vector<Unit> list;
  for (uint32_t p = 0; p < columns.parts.size(); ++p) {
    const Segment& s = *columns.parts[p].segment;
    uint32_t first = 0;
    while (first < s.customer_count) {
      const uint64_t goal = uint64_t{s.offsets[first]} + rows_each;
      const uint32_t* end = s.offsets + s.customer_count;
      uint32_t last = std::upper_bound(s.offsets + first + 1, end, goal) - s.offsets - 1;
      last = std::max(last, first + 1);
      if (goal >= s.row_count) last = s.customer_count;
      list.push_back({p, first, last});
      first = last;
    }
  }
  return list;
}

double quantile(std::span<int64_t> values, double p) {
  const double place = p * static_cast<double>(values.size() - 1);
  const size_t low = static_cast<size_t>(place);
  std::nth_element(values.begin(), values.begin() + low, values.end());
  const int64_t below = values[low];
  const double part = place - static_cast<double>(low);
  if (part == 0 || low + 1 == values.size()) return static_cast<double>(below);
  const int64_t above = *std::min_element(values.begin() + low + 1, values.end());
  return static_cast<double>(below) + static_cast<double>(above - below) * part;
}

double quantile(std::vector<int64_t>& values, double p) { return quantile(std::span<int64_t>(values), p); }

}  // namespace lotse::engine::detail

namespace lotse::engine {

Result<void> check(const Snapshot& columns, const Query& query) {
  TRY(detail::plan(*columns, query));
  return {};
}

}  // namespace lotse::engine
