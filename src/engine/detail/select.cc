#include "engine/detail/select.h"

#include <algorithm>
#include <bit>
#include <numeric>

namespace lotse::engine::detail {

const Instances& Selector::select(const Unit& unit) {
  const Part& part = columns_.parts[unit.part];
  segment_ = part.segment.get();
  unit_ = unit;
  load(part, plan_.live[unit.part].get(), unit);
  if (plan_.by != Slicing::By::customer) group_by_key();
  slice();
  if (plan_.filters_instances()) filter_instances();
  filter_events();
  emit();
  return out_;
}

/// Fills touchpoint_, time_, row_ with the mapped events of the unit's living customers, one group a customer.
void Selector::load(const Part& part, const Bitmap* live, const Unit& unit) {
  const Segment& s = *part.segment;
  const uint32_t capacity = s.offsets[unit.last] - s.offsets[unit.first];
  touchpoint_.resize(capacity);
  time_.resize(capacity);
  row_.resize(capacity);
  group_begin_.assign(1, 0);
  group_customer_.clear();
  group_key_.clear();
  const bool drops_rows = plan_.some_unmapped || plan_.last_arrival;
  const Touchpoint* map = plan_.touchpoint_of.data();
  uint32_t count = 0;

  // Neighbours that live are taken in one go.
  auto take_run = [&](uint32_t first, uint32_t last) {
    const uint32_t from = s.offsets[first], rows = s.offsets[last] - from;
    s.times(first, last, time_.data() + count);
    if (s.event_class.width == 2) {
      const uint16_t* codes = s.event_class.narrow() + from;
      for (uint32_t i = 0; i < rows; ++i) touchpoint_[count + i] = map[codes[i]];
    } else {
      const uint32_t* codes = s.event_class.wide() + from;
      for (uint32_t i = 0; i < rows; ++i) touchpoint_[count + i] = map[codes[i]];
    }
    std::iota(row_.begin() + count, row_.begin() + count + rows, from);
    if (!drops_rows) {
      for (uint32_t c = first; c < last; ++c) {
        group_customer_.push_back(c);
        group_begin_.push_back(count + (s.offsets[c + 1] - from));
      }
      count += rows;
      return;
    }
    uint32_t read = count;
    for (uint32_t c = first; c < last; ++c) {
      for (const uint32_t end = read + (s.offsets[c + 1] - s.offsets[c]); read < end; ++read) {
        const bool keep = touchpoint_[read] != no_touchpoint && (!plan_.last_arrival || s.arrival(row_[read]) <= *plan_.last_arrival);
        touchpoint_[count] = touchpoint_[read];
        time_[count] = time_[read];
        row_[count] = row_[read];
        count += keep;
      }
      group_customer_.push_back(c);
      group_begin_.push_back(count);
    }
  };

  uint32_t c = unit.first;
  auto selected = [&](uint32_t i) { return (!live || bit(*live, i)) && (plan_.customer_last.empty() || passes_customer(i)); };
  while (c < unit.last) {
    if (!selected(c)) {
      ++c;
      continue;
    }
    const uint32_t first = c;
    while (c < unit.last && selected(c)) ++c;
    take_run(first, c);
  }
  touchpoint_.resize(count);
  time_.resize(count);
  row_.resize(count);
  group_key_.assign(group_customer_.size(), 0);
}

bool Selector::passes_customer(uint32_t customer) const {
  const Segment& s = *segment_;
  for (const auto& test : plan_.customer_last) {
    uint32_t code = 0;
    if (test.attribute < s.attributes.size()) {
      const CodeColumn& column = s.attributes[test.attribute];
      for (uint32_t row = s.offsets[customer + 1]; row-- > s.offsets[customer] && code == 0;)
        if (!plan_.last_arrival || s.arrival(row) <= *plan_.last_arrival) code = column.at(row);
    }
    if (!test.codes.has(code)) return false;
  }
  return true;
}

/// Splits each customer's group by instance key; events that need a key and have none are dropped. Key 0 is the course.
void Selector::group_by_key() {
  const Segment& s = *segment_;
  const bool mixed = plan_.by == Slicing::By::mixed;
  if (!mixed && s.instance_key.width == 0 && s.instance_key.constant != 0) {
    group_key_.assign(group_customer_.size(), s.instance_key.constant);
    return;
  }
  std::vector<uint32_t> customer_begin = std::exchange(group_begin_, {0});
  std::vector<uint32_t> customers = std::exchange(group_customer_, {});
  group_key_.clear();
  key_.resize(row_.size());
  uint32_t to = 0;
  for (size_t g = 0; g < customers.size(); ++g) {
    const uint32_t begin = to;
    bool equal = true;
    for (uint32_t i = customer_begin[g]; i < customer_begin[g + 1]; ++i) {
      const bool keyed = !mixed || plan_.keyed_class.has(s.event_class.at(row_[i]));
      const uint32_t key = keyed ? s.instance_key.at(row_[i]) : 0;
      if (keyed && key == 0) continue;
      touchpoint_[to] = touchpoint_[i];
      time_[to] = time_[i];
      row_[to] = row_[i];
      key_[to] = key;
      equal = equal && key == key_[begin];
      ++to;
    }
    if (to == begin) continue;
    if (equal) {
      group_customer_.push_back(customers[g]);
      group_key_.push_back(key_[begin]);
      group_begin_.push_back(to);
    } else {
      const size_t before = group_key_.size();
      split_group(begin, to);
      group_customer_.resize(group_key_.size(), customers[g]);
      ensure(group_key_.size() > before, "a split gives groups");
    }
  }
  touchpoint_.resize(to);
  time_.resize(to);
  row_.resize(to);
}

/// Brings events [begin, end) of one customer into groups of equal key_, each in its old order, groups by first event.
void Selector::split_group(uint32_t begin, uint32_t end) {
  const uint32_t count = end - begin;
  group_of_.resize(count);
  group_size_.clear();
  group_keys_.clear();
  const bool many = count > 64;
  if (many) group_index_.clear();
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t key = key_[begin + i];
    uint32_t group;
    if (many) {
      group = group_index_.try_emplace(key, group_keys_.size()).first->second;
    } else {
      group = std::find(group_keys_.begin(), group_keys_.end(), key) - group_keys_.begin();
    }
    if (group == group_keys_.size()) {
      group_keys_.push_back(key);
      group_size_.push_back(0);
    }
    group_of_[i] = group;
    ++group_size_[group];
  }
  uint32_t place = begin;
  for (size_t g = 0; g < group_keys_.size(); ++g) {
    const uint32_t size = group_size_[g];
    group_size_[g] = place;  // from now on: where the group's next event goes
    place += size;
    group_key_.push_back(group_keys_[g]);
    group_begin_.push_back(place);
  }
  touchpoint_swap_.resize(std::max(touchpoint_swap_.size(), size_t{end}));
  time_swap_.resize(touchpoint_swap_.size());
  row_swap_.resize(touchpoint_swap_.size());
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t at = group_size_[group_of_[i]]++;
    touchpoint_swap_[at] = touchpoint_[begin + i];
    time_swap_[at] = time_[begin + i];
    row_swap_[at] = row_[begin + i];
  }
  std::copy(touchpoint_swap_.begin() + begin, touchpoint_swap_.begin() + end, touchpoint_.begin() + begin);
  std::copy(time_swap_.begin() + begin, time_swap_.begin() + end, time_.begin() + begin);
  std::copy(row_swap_.begin() + begin, row_swap_.begin() + end, row_.begin() + begin);
}

void Selector::slice() {
  slices_.clear();
  const bool cuts = plan_.cuts_instances();
  for (size_t g = 0; g < group_customer_.size();) {
    const size_t first_slice = slices_.size();
    const uint32_t customer = group_customer_[g];
    size_t groups = 0;
    for (; g < group_customer_.size() && group_customer_[g] == customer; ++g, ++groups) {
      const uint32_t begin = group_begin_[g], end = group_begin_[g + 1];
      if (begin == end) continue;
      if (cuts) slice_group(begin, end, customer, group_key_[g]);
      else slices_.push_back({begin, end, customer, 0, group_key_[g], false});
    }
    // Rows of a customer ascend with (time, arrival): the first row tells which instance began first.
    if (groups > 1 && cuts)
      std::sort(slices_.begin() + first_slice, slices_.end(), [&](const Slice& a, const Slice& b) { return row_[a.begin] < row_[b.begin]; });
    for (size_t i = first_slice; i < slices_.size(); ++i) slices_[i].ordinal = i - first_slice;
  }
}

void Selector::slice_group(uint32_t begin, uint32_t end, uint32_t customer, uint32_t key) {
  bool running = false;
  uint32_t first = begin;
  auto close = [&](uint32_t at, bool open) {
    if (running) slices_.push_back({first, at, customer, 0, key, open});
    running = false;
  };
  for (uint32_t i = begin; i < end; ++i) {
    if (running && plan_.has_gap && time_[i] - time_[i - 1] > plan_.gap_us) close(i, false);
    const bool starts = plan_.has_start && plan_.start.table[touchpoint_[i]];
    if (running && starts && !plan_.has_end) close(i, false);
    if (!running && (starts || !plan_.has_start)) {
      running = true;
      first = i;
    }
    if (running && plan_.has_end && plan_.end.table[touchpoint_[i]]) close(i + 1, false);
  }
  if (!running) return;
  // The last one: its end has not come. It is over only where its gap has elapsed.
  bool open = plan_.has_gap || plan_.has_end;
  if (plan_.has_gap) open = plan_.as_of_us - time_[end - 1] <= plan_.gap_us;
  close(end, open);
}

template <class Keep>
void Selector::keep_slices(Keep keep) {
  size_t to = 0;
  for (size_t i = 0; i < slices_.size(); ++i) {
    const bool stays = keep(slices_[i]);
    slices_[to] = slices_[i];
    to += stays;
  }
  slices_.resize(to);
}

bool Selector::succession_holds(const Slice& slice, const SuccessionTest& test) const {
  const uint8_t* first = test.first.table.data();
  const uint8_t* then = test.then.table.data();
  if (test.directly) {
    for (uint32_t i = slice.begin; i + 1 < slice.end; ++i)
      if (first[touchpoint_[i]] && then[touchpoint_[i + 1]] && time_[i + 1] - time_[i] <= test.within_us) return true;
    return false;
  }
  // The latest `first` before an event is the nearest in time, so it alone needs to be remembered.
  bool seen = false;
  int64_t latest = 0;
  for (uint32_t i = slice.begin; i < slice.end; ++i) {
    if (seen && then[touchpoint_[i]] && time_[i] - latest <= test.within_us) return true;
    if (first[touchpoint_[i]]) {
      seen = true;
      latest = time_[i];
    }
  }
  return false;
}

/// Of each row of the unit the customer's code at its time: the last one other than 0 up to there. Valid until the next call.
const std::vector<uint32_t>& Selector::carry(size_t attribute) {
  const Segment& s = *segment_;
  const uint32_t base = s.offsets[unit_.first];
  carried_.assign(s.offsets[unit_.last] - base, 0);
  if (attribute >= s.attributes.size()) return carried_;
  const CodeColumn& column = s.attributes[attribute];
  for (uint32_t c = unit_.first; c < unit_.last; ++c) {
    uint32_t code = 0;
    for (uint32_t row = s.offsets[c]; row < s.offsets[c + 1]; ++row) {
      const uint32_t own = column.at(row);
      if (own != 0 && (!plan_.last_arrival || s.arrival(row) <= *plan_.last_arrival)) code = own;
      carried_[row - base] = code;
    }
  }
  return carried_;
}

void Selector::filter_instances() {
  const Plan& p = plan_;
  auto any_event = [&](const Slice& s, const CodeSet& set) {
    const uint8_t* table = set.table.data();
    for (uint32_t i = s.begin; i < s.end; ++i)
      if (table[touchpoint_[i]]) return true;
    return false;
  };
  auto last_time = [&](const Slice& s) { return time_[s.end - 1]; };

  // Cheap tests first: they spare the dear ones.
  if (p.exclude_open) keep_slices([&](const Slice& s) { return !s.open; });
  if (p.events_min > 0 || p.events_max != UINT32_MAX)
    keep_slices([&](const Slice& s) { return s.end - s.begin >= p.events_min && s.end - s.begin <= p.events_max; });
  if (p.starts_with) keep_slices([&](const Slice& s) { return p.starts_with->table[touchpoint_[s.begin]]; });
  if (p.ends_with) keep_slices([&](const Slice& s) { return p.ends_with->table[touchpoint_[s.end - 1]]; });
  if (p.duration_min_us > 0 || p.duration_max_us != INT64_MAX)
    keep_slices([&](const Slice& s) {
      const int64_t duration = last_time(s) - time_[s.begin];
      return duration >= p.duration_min_us && duration <= p.duration_max_us;
    });
  if (p.period == Period::Mode::started)
    keep_slices([&](const Slice& s) { return time_[s.begin] >= p.from_us && time_[s.begin] < p.to_us; });
  if (p.period == Period::Mode::completed)
    keep_slices([&](const Slice& s) { return !s.open && last_time(s) >= p.from_us && last_time(s) < p.to_us; });
  if (p.period == Period::Mode::overlaps)
    keep_slices([&](const Slice& s) { return time_[s.begin] < p.to_us && last_time(s) >= p.from_us; });
  for (const auto& set : p.contains) keep_slices([&](const Slice& s) { return any_event(s, set); });
  if (p.contains_not) keep_slices([&](const Slice& s) { return !any_event(s, *p.contains_not); });
  for (const auto& test : p.successions) keep_slices([&](const Slice& s) { return succession_holds(s, test); });
  auto keep_by = [&](const AttributeTest& test, bool wanted) {
    if (test.carried) {
      const auto& carried = carry(test.attribute);
      const uint32_t base = segment_->offsets[unit_.first];
      keep_slices([&](const Slice& s) {
        for (uint32_t i = s.begin; i < s.end; ++i)
          if (test.codes.has(carried[row_[i] - base])) return wanted;
        return !wanted;
      });
      return;
    }
    const CodeColumn absent;
    const CodeColumn& column = test.attribute < segment_->attributes.size() ? segment_->attributes[test.attribute] : absent;
    keep_slices([&](const Slice& s) {
      for (uint32_t i = s.begin; i < s.end; ++i)
        if (test.codes.has(column.at(row_[i]))) return wanted;
      return !wanted;
    });
  };
  for (const auto& test : p.has_event) keep_by(test, true);
  for (const auto& test : p.has_no_event) keep_by(test, false);
  if (p.variants)
    keep_slices([&](const Slice& s) { return has(*p.variants, std::span(touchpoint_.data() + s.begin, s.end - s.begin)); });
}

/// Shortens each instance to its events of the period: they are neighbours, since an instance is in order of time.
void Selector::cut_to_period() {
  const int64_t* time = time_.data();
  auto first_from = [time](uint32_t begin, uint32_t end, int64_t from) {
    if (end - begin > 64) return static_cast<uint32_t>(std::lower_bound(time + begin, time + end, from) - time);
    uint32_t before = 0;  // counting has no branch to foretell, which wins on short courses
    for (uint32_t i = begin; i < end; ++i) before += time[i] < from;
    return begin + before;
  };
  for (Slice& s : slices_) {
    s.begin = first_from(s.begin, s.end, plan_.from_us);
    s.end = first_from(s.begin, s.end, plan_.to_us);
  }
}

/// Shortens instances and marks in keep_ the events that stay. Empty: all.
void Selector::filter_events() {
  keep_.clear();
  if (plan_.period == Period::Mode::cut) cut_to_period();
  if (!plan_.shown && plan_.event_attributes.empty()) return;
  keep_.assign(row_.size(), 1);
  if (plan_.shown)
    for (size_t i = 0; i < keep_.size(); ++i) keep_[i] &= plan_.shown->table[touchpoint_[i]];
  for (const auto& test : plan_.event_attributes) {
    if (test.carried) {
      const auto& carried = carry(test.attribute);
      const uint32_t base = segment_->offsets[unit_.first];
      for (size_t i = 0; i < keep_.size(); ++i) keep_[i] &= test.codes.has(carried[row_[i] - base]);
      continue;
    }
    const CodeColumn absent;
    const CodeColumn& column = test.attribute < segment_->attributes.size() ? segment_->attributes[test.attribute] : absent;
    const uint8_t* table = test.codes.table.data();
    if (column.width == 2) {
      for (size_t i = 0; i < keep_.size(); ++i) keep_[i] &= table[column.narrow()[row_[i]]];
    } else if (column.width == 4) {
      for (size_t i = 0; i < keep_.size(); ++i) keep_[i] &= table[column.wide()[row_[i]]];
    } else if (!test.codes.has(column.constant)) {
      std::fill(keep_.begin(), keep_.end(), 0);
    }
  }
}

void Selector::emit() {
  Instances& out = out_;
  out.segment = segment_;
  out.begin.assign(1, 0);
  out.customer.clear();
  out.ordinal.clear();
  out.key.clear();
  out.open.clear();
  auto add = [&](const Slice& s, uint32_t end) {
    out.customer.push_back(s.customer);
    out.ordinal.push_back(s.ordinal);
    out.key.push_back(s.key);
    out.open.push_back(s.open);
    out.begin.push_back(end);
  };
  uint32_t covered = 0;
  for (const Slice& s : slices_) {
    if (s.begin != covered) break;
    covered = s.end;
  }
  if (keep_.empty() && covered == row_.size() && !plan_.remaining) {  // every event stays where it is
    std::swap(out.touchpoint, touchpoint_);
    std::swap(out.time, time_);
    std::swap(out.row, row_);
    for (const Slice& s : slices_) add(s, s.end);
    return;
  }
  out.touchpoint.resize(row_.size());
  out.time.resize(row_.size());
  out.row.resize(row_.size());
  uint32_t to = 0;
  for (const Slice& s : slices_) {
    const uint32_t begin = to;
    if (keep_.empty() && s.end - s.begin > 16) {
      std::copy(touchpoint_.begin() + s.begin, touchpoint_.begin() + s.end, out.touchpoint.begin() + to);
      std::copy(time_.begin() + s.begin, time_.begin() + s.end, out.time.begin() + to);
      std::copy(row_.begin() + s.begin, row_.begin() + s.end, out.row.begin() + to);
      to += s.end - s.begin;
    } else if (keep_.empty()) {  // three calls to copy cost more than these few events
      for (uint32_t i = s.begin; i < s.end; ++i, ++to) {
        out.touchpoint[to] = touchpoint_[i];
        out.time[to] = time_[i];
        out.row[to] = row_[i];
      }
    } else {
      for (uint32_t i = s.begin; i < s.end; ++i) {
        out.touchpoint[to] = touchpoint_[i];
        out.time[to] = time_[i];
        out.row[to] = row_[i];
        to += keep_[i];
      }
    }
    if (plan_.remaining && !has(*plan_.remaining, std::span(out.touchpoint.data() + begin, to - begin))) to = begin;
    if (to > begin) add(s, to);
  }
  out.touchpoint.resize(to);
  out.time.resize(to);
  out.row.resize(to);
}

}  // namespace lotse::engine::detail
