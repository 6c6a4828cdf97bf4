#include "analysis/detail/plan.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/detail/audience.h"
#include "engine/instances.h"

namespace lotse::analysis::detail {
namespace {

constexpr Micros time_min{-62'135'596'800'000'000};  // year 0001
constexpr Micros time_end{253'402'300'800'000'000};  // after year 9999
constexpr double seconds_max = 3.2e11;               // ten thousand years

Micros micros(double s) { return Micros{static_cast<int64_t>(std::llround(s * 1e6))}; }

class Planner {
 public:
  Planner(Planned& out, const LocalTime& zone, const VariantSource& variants, const CustomerSource& customers, engine::Executor& executor)
      : out_(out), zone_(zone), variants_(variants), customers_(customers), executor_(executor), mapping_(*out.seen.mapping), moment_(*out.seen.moment) {
    out_.query.mapping = &mapping_.engine;
    out_.query.as_of = moment_.now;
    out_.query.last_arrival = out_.seen.last_arrival;
  }

  /// `segment` may be null. The filter's own slice and period win over the segment's; all conditions of both must hold.
  Result<void> run(const Filter& filter, const Filter* segment) {
    const bool own_slice = !segment || filter.slice.kind != SliceKind::automatic;
    slice(own_slice ? filter.slice : segment->slice, own_slice ? "/filter" : segment_field);
    const bool own_period = !segment || filter.from || filter.to;
    period(own_period ? filter : *segment, own_period ? "/filter" : segment_field);
    out_.all = out_.query;
    out_.all.period = {};
    TRY(conditions(filter, false));
    if (segment) TRY(conditions(*segment, true));
    finish_variants();
    return problems();
  }

 private:
  static constexpr const char* segment_field = "/filter/segment";

  void problem(std::string field, const char* code, std::string detail = {}) {
    if (in_segment_) field = segment_field;
    if (field.starts_with("/filter/segment/")) field = segment_field;
    problems_.push_back({std::move(field), code, std::move(detail)});
  }
  Result<void> problems() {
    if (problems_.empty()) return {};
    Error error = Error::invalid(problems_.front().code, problems_.front().field, problems_.front().detail);
    error.more = std::move(problems_);
    return error;
  }

  std::vector<engine::Touchpoint> touchpoints(const std::vector<std::string>& ids, const std::string& field, bool needed = true) {
    std::vector<engine::Touchpoint> list;
    if (ids.empty() && needed) problem(field, "no_touchpoints", "at least one touchpoint is expected");
    for (size_t i = 0; i < ids.size(); ++i) {
      if (const auto t = mapping_.find(ids[i])) list.push_back(*t);
      else problem(field + "/" + std::to_string(i), "unknown_touchpoint", ids[i]);
    }
    return list;
  }
  std::optional<Micros> duration(const std::optional<double>& s, const std::string& field) {
    if (!s) return std::nullopt;
    if (!std::isfinite(*s) || *s < 0 || *s > seconds_max) {
      problem(field, "invalid_number", "seconds, not below 0");
      return std::nullopt;
    }
    return micros(*s);
  }

  void slice(const Slice& slice, const std::string& base) {
    const std::string field = base + "/slice";
    auto& slicing = out_.query.slicing;
    using By = engine::Slicing::By;
    const bool by_gap = slice.kind == SliceKind::gap, by_ends = slice.kind == SliceKind::start_end;
    if (slice.gap_s && !by_gap && !by_ends) problem(field + "/gap_s", "not_for_this_kind", "only for gap and start_end");
    if (!slice.start.empty() && !by_ends) problem(field + "/start", "not_for_this_kind", "only for start_end");
    if (!slice.end.empty() && !by_ends) problem(field + "/end", "not_for_this_kind", "only for start_end");
    if (by_gap && !slice.gap_s) problem(field + "/gap_s", "slice_needs_gap", "seconds are expected");
    if (slice.gap_s) {
      if (std::isfinite(*slice.gap_s) && *slice.gap_s >= 1e-6 && *slice.gap_s <= seconds_max) slicing.gap = micros(*slice.gap_s);
      else problem(field + "/gap_s", "invalid_gap", "must be above 0");
    }
    if (by_ends && slice.start.empty() && slice.end.empty())
      problem(field + "/start", "slice_needs_start_or_end", "a touchpoint to begin or to end with");
    if (by_ends) {
      slicing.start = touchpoints(slice.start, field + "/start", false);
      slicing.end = touchpoints(slice.end, field + "/end", false);
    }
    slicing.by = By::customer;
    if (slice.kind == SliceKind::key) slicing.by = By::instance_key;
    // The course of an account, a contract or an order runs over all instance keys.
    if (slice.kind == SliceKind::automatic && moment_.kind == CountBy::person) automatic(slicing);
  }

  /// By key where the event's source has keys, else the customer's whole course.
  void automatic(engine::Slicing& slicing) {
    std::vector<uint8_t> has_keys(moment_.dictionary->sources.size() + 1, 0);
    for (const auto& source : moment_.dictionary->sources) has_keys[source.code] = source.has_keys;
    size_t keyed = 0;
    slicing.keyed_class.assign(moment_.classes->size(), 0);
    for (size_t c = 0; c < moment_.classes->size(); ++c) keyed += slicing.keyed_class[c] = has_keys[(*moment_.classes)[c].source];
    if (keyed == 0) slicing.by = engine::Slicing::By::customer;
    else if (keyed == moment_.classes->size()) slicing.by = engine::Slicing::By::instance_key;
    else slicing.by = engine::Slicing::By::mixed;
    if (slicing.by != engine::Slicing::By::mixed) slicing.keyed_class.clear();
  }

  void period(const Filter& filter, const std::string& base) {
    auto& period = out_.query.period;
    auto read = [&](const std::optional<std::string>& text, Micros absent, const char* field) {
      if (!text) return absent;
      const auto time = zone_.parse(*text);
      if (!time) problem(base + field, "invalid_time", time.error().detail);
      return time ? *time : absent;
    };
    if (!filter.from && !filter.to) return;
    period.from = read(filter.from, time_min, "/from");
    period.to = read(filter.to, time_end, "/to");
    if (period.from >= period.to) problem(base + "/to", "invalid_period", "ends before it begins");
    const auto& slicing = out_.query.slicing;
    const bool whole_customer = slicing.by == engine::Slicing::By::customer && !slicing.gap && slicing.start.empty() && slicing.end.empty();
    using Mode = engine::Period::Mode;
    switch (filter.period_mode) {
      case PeriodMode::automatic: period.mode = whole_customer ? Mode::cut : Mode::started; break;
      case PeriodMode::cut: period.mode = Mode::cut; break;
      case PeriodMode::started: period.mode = Mode::started; break;
      case PeriodMode::completed: period.mode = Mode::completed; break;
      case PeriodMode::overlaps: period.mode = Mode::overlaps; break;
    }
  }

  Result<void> conditions(const Filter& filter, bool of_segment) {
    in_segment_ = of_segment;
    auto& instances = out_.query.instances;
    auto& events = out_.query.events;
    for (size_t i = 0; i < filter.sequences.size(); ++i) sequence(filter.sequences[i], "/filter/sequences/" + std::to_string(i));
    for (size_t i = 0; i < filter.instance_attributes.size(); ++i)
      TRY(instance_attribute(filter.instance_attributes[i], "/filter/instance_attributes/" + std::to_string(i)));
    for (size_t i = 0; i < filter.event_attributes.size(); ++i)
      event_attribute(filter.event_attributes[i], "/filter/event_attributes/" + std::to_string(i));

    const auto duration_min = duration(filter.duration_min_s, "/filter/duration_min_s");
    const auto duration_max = duration(filter.duration_max_s, "/filter/duration_max_s");
    if (duration_min && duration_max && *duration_min > *duration_max) problem("/filter/duration_max_s", "invalid_range", "below the minimum");
    if (duration_min) instances.duration_min = std::max(instances.duration_min.value_or(*duration_min), *duration_min);
    if (duration_max) instances.duration_max = std::min(instances.duration_max.value_or(*duration_max), *duration_max);
    auto count = [&](const std::optional<int64_t>& n, const char* field) -> std::optional<uint32_t> {
      if (!n) return std::nullopt;
      if (*n < 0 || *n > UINT32_MAX) {
        problem(field, "invalid_number", "a count is expected");
        return std::nullopt;
      }
      return static_cast<uint32_t>(*n);
    };
    const auto events_min = count(filter.events_min, "/filter/events_min");
    const auto events_max = count(filter.events_max, "/filter/events_max");
    if (events_min && events_max && *events_min > *events_max) problem("/filter/events_max", "invalid_range", "below the minimum");
    if (events_min) instances.events_min = std::max(instances.events_min.value_or(0), *events_min);
    if (events_max) instances.events_max = std::min(instances.events_max.value_or(UINT32_MAX), *events_max);
    instances.exclude_open = instances.exclude_open || filter.exclude_open;

    if (!filter.touchpoints_shown.empty()) {
      auto shown = touchpoints(filter.touchpoints_shown, "/filter/touchpoints_shown");
      if (events.touchpoints)
        std::erase_if(shown, [&](auto t) { return std::find(events.touchpoints->begin(), events.touchpoints->end(), t) == events.touchpoints->end(); });
      events.touchpoints = std::move(shown);
    }
    out_.filters_events = out_.filters_events || !filter.touchpoints_shown.empty() || !filter.event_attributes.empty();
    if (!filter.variants.empty()) TRY(variants(filter.variants));
    if (!filter.customer_rules.empty()) {
      std::vector<FieldError> wrong;
      only_customers(TRY(customers_(filter.customer_rules, "/filter/customer_rules", wrong)));
      for (auto& one : wrong) problem(std::move(one.field), one.code.c_str(), std::move(one.detail));
    }
    in_segment_ = false;
    return {};
  }

  void sequence(const SequenceCondition& condition, const std::string& field) {
    auto& instances = out_.query.instances;
    const bool followed = condition.kind == SequenceKind::directly_followed || condition.kind == SequenceKind::eventually_followed;
    auto list = touchpoints(condition.touchpoints, field + "/touchpoints");
    if (!followed && !condition.then.empty()) problem(field + "/then", "not_for_this_kind", "only for …_followed");
    if (!followed && condition.within_s) problem(field + "/within_s", "not_for_this_kind", "only for …_followed");
    // A list that is already there and the new one must both hold: only touchpoints of both do.
    auto both = [&](std::vector<engine::Touchpoint>& known, bool& given) {
      if (given) {
        std::erase_if(list, [&](auto t) { return std::find(known.begin(), known.end(), t) == known.end(); });
        if (list.empty()) impossible_ = true;
      }
      given = true;
      known = list;
    };
    switch (condition.kind) {
      case SequenceKind::starts_with: both(instances.starts_with, starts_given_); break;
      case SequenceKind::ends_with: both(instances.ends_with, ends_given_); break;
      case SequenceKind::contains: instances.contains.push_back(std::move(list)); break;
      case SequenceKind::not_contains: instances.contains_not.insert(instances.contains_not.end(), list.begin(), list.end()); break;
      case SequenceKind::directly_followed:
      case SequenceKind::eventually_followed:
        instances.successions.push_back({.first = std::move(list),
                                         .then = touchpoints(condition.then, field + "/then"),
                                         .directly = condition.kind == SequenceKind::directly_followed,
                                         .within = duration(condition.within_s, field + "/within_s")});
        break;
    }
  }

  std::optional<NamedAttribute> named(const AttributeCondition& condition, const std::string& field) {
    if (condition.values.empty()) problem(field + "/values", "no_values", "at least one value is expected");
    const auto found = attribute_named(moment_, condition.attribute);
    if (!found) problem(field + "/attribute", "unknown_attribute", condition.attribute);
    else if (condition.moment == AttributeMoment::event && found->scope != AttributeScope::customer)
      problem(field + "/moment", "not_for_this_kind", "only for attributes of the customer");
    else if (condition.moment == AttributeMoment::event && !found->in_memory)
      problem(field + "/attribute", "attribute_not_in_memory", "the value at the time of the event is not known");
    else return found;
    return std::nullopt;
  }

  static bool absent_passes(const std::vector<uint32_t>& of, bool exclude) {
    return (std::find(of.begin(), of.end(), 0u) != of.end()) != exclude;
  }

  void event_attribute(const AttributeCondition& condition, const std::string& field) {
    const auto attribute = named(condition, field);
    if (!attribute) return;
    if (!attribute->in_memory) return problem(field + "/attribute", "attribute_not_in_memory", "it has more than 65,535 values, or is beyond the first 256 attributes");
    auto list = codes_of(moment_, *attribute, condition.values);
    if (const auto place = column_of(moment_, attribute->number))
      out_.query.events.attributes.push_back({.attribute = *place, .codes = std::move(list), .negated = condition.exclude, .carried = condition.moment == AttributeMoment::event});
    else if (!absent_passes(list, condition.exclude)) impossible_ = true;
  }

  Result<void> instance_attribute(const AttributeCondition& condition, const std::string& field) {
    const auto attribute = named(condition, field);
    if (!attribute) return {};
    if (!attribute->in_memory) return from_store(condition, *attribute, field);
    auto list = codes_of(moment_, *attribute, condition.values);
    const auto place = column_of(moment_, attribute->number);
    if (!place) {
      if (!absent_passes(list, condition.exclude)) impossible_ = true;
      return {};
    }
    auto& instances = out_.query.instances;
    const bool carried = condition.moment == AttributeMoment::event;
    if (attribute->scope == AttributeScope::customer && !carried)
      instances.customer_last.push_back({.attribute = *place, .codes = std::move(list), .negated = condition.exclude});
    else (condition.exclude ? instances.has_no_event : instances.has_event).push_back({.attribute = *place, .codes = std::move(list), .carried = carried});
    return {};
  }

  /// An attribute of too many values to hold: the store says which customers have it.
  Result<void> from_store(const AttributeCondition& condition, const NamedAttribute& attribute, const std::string& field) {
    if (moment_.partial || moment_.kind != CountBy::person) {
      // The store would answer from events that the viewer may not see, and of persons only.
      problem(field + "/attribute", "attribute_not_in_memory", "the store answers for persons, and for viewers without a restriction, only");
      return {};
    }
    if (std::find(condition.values.begin(), condition.values.end(), "") != condition.values.end()) {
      problem(field + "/values", "attribute_not_in_memory", "'no value' cannot be asked for");
      return {};
    }
    auto customers = TRY(moment_.store->customers_with(attribute.number, condition.values, out_.seen.as_of));
    if (condition.exclude) customers = TRY(all_customers_but(customers));
    note("answered_from_store");
    if (out_.query.slicing.by != engine::Slicing::By::customer || out_.query.slicing.gap || !out_.query.slicing.start.empty() ||
        !out_.query.slicing.end.empty())
      note("answered_by_customer");
    only_customers(std::move(customers));
    return {};
  }
  /// Ascending; those of conditions before must fit, too.
  void only_customers(std::vector<uint32_t> customers) {
    auto& wanted = out_.query.instances.customers;
    if (wanted) {
      std::vector<uint32_t> both;
      std::set_intersection(wanted->begin(), wanted->end(), customers.begin(), customers.end(), std::back_inserter(both));
      customers = std::move(both);
    }
    wanted = std::move(customers);
  }
  Result<std::vector<uint32_t>> all_customers_but(const std::vector<uint32_t>& some) {
    engine::Query everybody;
    everybody.mapping = &mapping_.engine;
    const auto list = TRY(engine::instances(moment_.columns, everybody, {.limit = SIZE_MAX / 2}, executor_));
    std::vector<uint32_t> out;
    for (const auto& row : list.rows)
      if (!std::binary_search(some.begin(), some.end(), row.key.customer)) out.push_back(row.key.customer);
    return out;
  }

  Result<void> variants(const std::vector<std::string>& ids) {
    std::set<std::vector<engine::Touchpoint>> chosen;
    for (size_t i = 0; i < ids.size(); ++i) {
      const auto sequence = TRY(variants_(ids[i]));
      std::vector<engine::Touchpoint> codes;
      if (sequence)
        for (const auto& id : *sequence)
          if (const auto t = mapping_.find(id)) codes.push_back(*t);
      if (sequence && codes.size() == sequence->size()) chosen.insert(std::move(codes));
      else problem("/filter/variants/" + std::to_string(i), "unknown_variant", ids[i]);
    }
    if (variants_chosen_)
      std::erase_if(chosen, [&](const auto& s) { return !variants_chosen_->contains(s); });
    variants_chosen_ = std::move(chosen);
    return {};
  }
  /// A variant is what a person saw: what event filters and a cut left. Without these it is the whole instance, which the
  /// engine tests earlier.
  void finish_variants() {
    if (variants_chosen_) {
      std::vector<std::vector<engine::Touchpoint>> list(variants_chosen_->begin(), variants_chosen_->end());
      const bool whole = !out_.filters_events && out_.query.period.mode != engine::Period::Mode::cut;
      (whole ? out_.query.instances.variants : out_.query.events.remaining) = std::move(list);
    }
    if (impossible_) out_.query.instances.customers.emplace();
    if (out_.filters_events) note("neighbours_by_event_filter");
    if (out_.seen.mapping_running) note("mapping_running");
    if (mapping_.too_many) note("too_many_touchpoints");
  }

  void note(const char* code) {
    if (std::find(out_.notes.begin(), out_.notes.end(), code) == out_.notes.end()) out_.notes.push_back(code);
  }

  Planned& out_;
  const LocalTime& zone_;
  const VariantSource& variants_;
  const CustomerSource& customers_;
  engine::Executor& executor_;
  const MappingView& mapping_;
  const Moment& moment_;
  std::vector<FieldError> problems_;
  bool in_segment_ = false;
  bool starts_given_ = false, ends_given_ = false;
  bool impossible_ = false;  ///< two conditions that exclude each other: nothing is selected
  std::optional<std::set<std::vector<engine::Touchpoint>>> variants_chosen_;
};

}  // namespace

Result<Planned> plan(Seen seen, const LocalTime& zone, const Filter& filter, const Filter* segment, const VariantSource& variants,
                     const CustomerSource& customers, engine::Executor& executor) {
  Planned out;
  out.seen = std::move(seen);
  Filter slicing;
  slicing.slice = filter.slice;
  out.filters = segment || to_json(slicing) != to_json(filter);
  const auto only_rules = [](const Filter& of) {
    Filter rest = of;
    rest.slice = {};
    rest.segment.reset();
    rest.customer_rules.clear();
    return to_json(rest) == to_json(Filter{});
  };
  out.rules_alone = out.filters && only_rules(filter) && (!segment || only_rules(*segment));
  TRY(Planner(out, zone, variants, customers, executor).run(filter, segment));
  return out;
}

Result<engine::Touchpoint> touchpoint(const MappingView& mapping, const std::string& id, const char* field) {
  if (const auto t = mapping.find(id)) return *t;
  return Error::invalid("unknown_touchpoint", field, id);
}

}  // namespace lotse::analysis::detail
