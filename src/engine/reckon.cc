#include "engine/reckon.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "engine/detail/narrow.h"
#include "engine/detail/select.h"

namespace lotse::engine {
namespace {

using namespace detail;
constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr size_t customers_between_stops = 1024;

/// A reckoning with its lists as tables.
struct Task {
  Reckoning::Kind kind{};
  std::vector<uint8_t> of, then;  ///< [touchpoint]
  bool of_all = true;
  bool in_period = false;
  int64_t from_us = INT64_MIN, to_us = INT64_MAX;
  int64_t within_us = INT64_MAX, as_of_us = 0;
  std::optional<CodeSet> having;
  size_t having_attribute = 0;
  const Reckoning* said = nullptr;

  bool needs_times() const {
    using K = Reckoning::Kind;
    return in_period || kind == K::first_time || kind == K::last_time || ((kind == K::followed || kind == K::not_followed) && within_us != INT64_MAX);
  }
};

Result<std::vector<uint8_t>> table_of(const std::vector<Touchpoint>& list, uint32_t count) {
  std::vector<uint8_t> table(count, 0);
  for (const Touchpoint t : list) {
    if (t >= count) return Error::invalid("invalid_touchpoint", "/reckonings", "a touchpoint beyond the mapping's");
    table[t] = 1;
  }
  return table;
}

Result<Task> task_of(const Columns& columns, const ReckonQuery& query, const Reckoning& said) {
  using K = Reckoning::Kind;
  Task task{.kind = said.kind, .as_of_us = query.as_of.count(), .said = &said};
  task.of_all = !said.of;
  if (said.of) task.of = TRY(table_of(*said.of, query.mapping->touchpoint_count));
  task.then = TRY(table_of(said.then, query.mapping->touchpoint_count));
  task.in_period = said.from || said.to;
  if (said.from) task.from_us = said.from->count();
  if (said.to) task.to_us = said.to->count();
  if (said.within) task.within_us = said.within->count();
  size_t attributes = 0;
  for (const auto& part : columns.parts) attributes = std::max(attributes, part.segment->attributes.size());
  const bool reads = said.kind == K::top_code || said.kind == K::last_code || (said.kind == K::sum && !said.values);
  if (!columns.parts.empty() && ((reads && said.attribute >= attributes) || (said.having && said.having->attribute >= attributes)))
    return Error::invalid("invalid_attribute", "/reckonings", "an attribute beyond the snapshot's");
  if (said.having) {
    CodeSet set;
    for (const uint32_t code : said.having->codes) {
      if (code >= set.table.size()) set.table.resize(size_t{code} + 1, said.having->negated);
      set.table[code] = !said.having->negated;
    }
    set.beyond = said.having->negated;
    task.having = std::move(set);
    task.having_attribute = said.having->attribute;
  }
  return task;
}

/// The events of one customer, and what is asked of them. One for each thread's piece of work: it reuses its buffers.
class Reckoner {
 public:
  Reckoner(const Mapping& mapping, std::optional<uint64_t> last_arrival, bool needs_times)
      : mapping_(mapping), last_arrival_(last_arrival), needs_times_(needs_times) {}

  void load(const Segment& s, uint32_t customer) {
    segment_ = &s;
    base_ = s.offsets[customer];
    count_ = s.offsets[customer + 1] - base_;
    touchpoint_.resize(count_);
    for (uint32_t i = 0; i < count_; ++i) {
      const uint32_t c = s.event_class.at(base_ + i);
      touchpoint_[i] = c < mapping_.touchpoint_of.size() ? mapping_.touchpoint_of[c] : no_touchpoint;
    }
    if (last_arrival_)
      for (uint32_t i = 0; i < count_; ++i)
        if (s.arrival(base_ + i) > *last_arrival_) touchpoint_[i] = no_touchpoint;
    if (needs_times_) {
      time_.resize(count_);
      s.times(customer, customer + 1, time_.data());
    }
  }
  /// False where an older answer did not know the customer.
  bool known() const {
    if (!last_arrival_) return true;
    for (uint32_t i = 0; i < count_; ++i)
      if (segment_->arrival(base_ + i) <= *last_arrival_) return true;
    return false;
  }

  double answer(const Task& task) {
    switch (task.kind) {
      case Reckoning::Kind::events: return events(task);
      case Reckoning::Kind::sum: return sum(task);
      case Reckoning::Kind::first_time: {
        for (uint32_t i = 0; i < count_; ++i)
          if (takes(task, i)) return static_cast<double>(time_[i]);
        return none;
      }
      case Reckoning::Kind::last_time: {
        for (uint32_t i = count_; i-- > 0;)
          if (takes(task, i)) return static_cast<double>(time_[i]);
        return none;
      }
      case Reckoning::Kind::top_code: return top_code(task);
      case Reckoning::Kind::last_code: return last_code(task);
      case Reckoning::Kind::followed:
      case Reckoning::Kind::not_followed: return followed(task);
    }
    return none;
  }

 private:
  static const CodeColumn& column(const Segment& s, size_t attribute) {
    static const CodeColumn absent;
    return attribute < s.attributes.size() ? s.attributes[attribute] : absent;
  }
  bool takes(const Task& task, uint32_t i) const {
    const Touchpoint t = touchpoint_[i];
    if (t == no_touchpoint || (!task.of_all && !task.of[t])) return false;
    if (task.in_period && (time_[i] < task.from_us || time_[i] >= task.to_us)) return false;
    return !task.having || task.having->has(column(*segment_, task.having_attribute).at(base_ + i));
  }
  double events(const Task& task) const {
    uint32_t n = 0;
    if (!task.in_period && !task.having) {
      if (task.of_all) for (uint32_t i = 0; i < count_; ++i) n += touchpoint_[i] != no_touchpoint;
      else for (uint32_t i = 0; i < count_; ++i) n += touchpoint_[i] != no_touchpoint && task.of[touchpoint_[i]];
      return n;
    }
    for (uint32_t i = 0; i < count_; ++i) n += takes(task, i);
    return n;
  }
  double sum(const Task& task) const {
    double total = 0;
    const CodeColumn& codes = column(*segment_, task.said->attribute);
    for (uint32_t i = 0; i < count_; ++i) {
      if (!takes(task, i)) continue;
      double value = none;
      if (task.said->values) {
        value = task.said->values->at(segment_->arrival(base_ + i));
      } else if (const uint32_t code = codes.at(base_ + i); code < task.said->value_of_code.size()) {
        value = task.said->value_of_code[code];
      }
      if (!std::isnan(value)) total += value;
    }
    return total;
  }
  double top_code(const Task& task) {
    const CodeColumn& codes = column(*segment_, task.said->attribute);
    tally_.clear();
    for (uint32_t i = 0; i < count_; ++i) {
      if (!takes(task, i)) continue;
      const uint32_t code = codes.at(base_ + i);
      if (code == 0) continue;
      auto at = std::find_if(tally_.begin(), tally_.end(), [&](const Tally& t) { return t.code == code; });
      if (at == tally_.end()) at = tally_.insert(tally_.end(), Tally{code, 0, 0});
      ++at->count;
      at->last = i;
    }
    const auto best = std::max_element(tally_.begin(), tally_.end(), [](const Tally& a, const Tally& b) { return std::pair(a.count, a.last) < std::pair(b.count, b.last); });
    return best == tally_.end() ? 0 : best->code;
  }
  double last_code(const Task& task) const {
    const CodeColumn& codes = column(*segment_, task.said->attribute);
    for (uint32_t i = count_; i-- > 0;)
      if (const uint32_t code = codes.at(base_ + i); code != 0 && (!last_arrival_ || segment_->arrival(base_ + i) <= *last_arrival_)) return code;
    return 0;
  }
  /// From the end: the nearest later event of `then` alone decides.
  double followed(const Task& task) const {
    const bool limited = task.within_us != INT64_MAX;
    uint32_t n = 0;
    bool later = false;
    int64_t nearest = 0;
    for (uint32_t i = count_; i-- > 0;) {
      if (takes(task, i)) {
        const bool met = later && (!limited || nearest - time_[i] <= task.within_us);
        if (task.kind == Reckoning::Kind::followed) n += met;
        else n += !met && (!limited || task.as_of_us - time_[i] > task.within_us);
      }
      if (touchpoint_[i] != no_touchpoint && task.then[touchpoint_[i]]) {
        later = true;
        if (limited) nearest = time_[i];
      }
    }
    return n;
  }

  struct Tally {
    uint32_t code, count, last;
  };
  const Mapping& mapping_;
  const std::optional<uint64_t> last_arrival_;
  const bool needs_times_;
  const Segment* segment_ = nullptr;
  uint32_t base_ = 0, count_ = 0;
  std::vector<Touchpoint> touchpoint_;
  std::vector<int64_t> time_;
  std::vector<Tally> tally_;
};

std::vector<CustomerRows> wanted_of(const Columns& columns, const ReckonQuery& query) {
  if (!query.customers) return living(columns.parts);
  auto customers = *query.customers;
  std::sort(customers.begin(), customers.end());
  customers.erase(std::unique(customers.begin(), customers.end()), customers.end());
  std::vector<CustomerRows> out;
  for (const uint32_t customer : customers)
    for (uint32_t p = 0; p < columns.parts.size(); ++p)
      if (const auto index = find(columns.parts[p], customer)) out.push_back({customer, p, *index});
  return out;
}

}  // namespace

double ArrivalValues::at(uint64_t arrival) const {
  return arrival >= base && arrival - base < values.size() ? values[arrival - base] : none;
}

Result<Reckoned> reckon(const Snapshot& columns, const ReckonQuery& query, std::span<const Reckoning> reckonings, Executor& executor,
                        std::stop_token stop) {
  ensure(query.mapping != nullptr, "a query has a mapping");
  std::vector<Task> tasks;
  for (const auto& said : reckonings) tasks.push_back(TRY(task_of(*columns, query, said)));
  const bool needs_times = std::any_of(tasks.begin(), tasks.end(), [](const Task& t) { return t.needs_times(); });
  std::optional<uint64_t> last_arrival;
  if (query.last_arrival && *query.last_arrival < columns->last_arrival) last_arrival = query.last_arrival;
  const auto wanted = wanted_of(*columns, query);

  Reckoned out;
  out.customers.resize(wanted.size());
  out.values.assign(tasks.size(), std::vector<double>(wanted.size(), 0));
  std::vector<uint8_t> unknown(last_arrival ? wanted.size() : 0, 0);
  std::atomic<bool> stopped = false;
  for_ranges(executor, wanted.size(), executor.width() * 16, [&](size_t from, size_t to) {
    Reckoner reckoner(*query.mapping, last_arrival, needs_times);
    for (size_t i = from; i < to; ++i) {
      if (i % customers_between_stops == 0 && stop.stop_requested()) {
        stopped = true;
        return;
      }
      out.customers[i] = wanted[i].customer;
      reckoner.load(*columns->parts[wanted[i].segment].segment, wanted[i].index);
      if (last_arrival && !reckoner.known()) unknown[i] = 1;
      for (size_t t = 0; t < tasks.size(); ++t) out.values[t][i] = reckoner.answer(tasks[t]);
    }
  });
  if (stopped) return cancelled();
  if (std::find(unknown.begin(), unknown.end(), 1) != unknown.end()) {
    const auto drop = [&](auto& list) {
      size_t to = 0;
      for (size_t i = 0; i < unknown.size(); ++i)
        if (!unknown[i]) list[to++] = list[i];
      list.resize(to);
    };
    drop(out.customers);
    for (auto& values : out.values) drop(values);
  }
  return out;
}

Result<std::vector<CustomerCount>> count_by_customer(const Snapshot& columns, const Query& query, Executor& executor, std::stop_token stop) {
  Plan plan = TRY(detail::plan(*columns, query));
  TRY(detail::narrow(*columns, plan, executor, stop));
  auto states = TRY(scan<std::vector<CustomerCount>>(*columns, plan, executor, stop, [] { return std::vector<CustomerCount>{}; },
                                                     [](std::vector<CustomerCount>& state, const Instances& selected) {
    for (size_t i = 0; i < selected.size(); ++i) {
      const uint32_t customer = selected.segment->customers[selected.customer[i]];
      if (i > 0 && selected.customer[i] == selected.customer[i - 1]) ++state.back().instances;
      else state.push_back({customer, 1});
    }
  }));
  std::vector<CustomerCount> out;
  for (const auto& state : states) out.insert(out.end(), state.begin(), state.end());
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.customer < b.customer; });
  return out;
}

}  // namespace lotse::engine
