#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>

#include "formats/ocel.h"
#include "formats/timestamp.h"

namespace lotse::formats {
namespace {

constexpr size_t fixed_columns = 3;

/// Types that mostly are customers, by a part of their name.
bool names_a_customer(std::string_view type) {
  std::string low(type);
  for (char& c : low) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  for (const std::string_view word : {"customer", "kund", "client", "person", "user", "patient", "applicant", "member", "account", "buyer", "consumer"})
    if (low.find(word) != std::string::npos && low.find("order") == std::string::npos) return true;
  return false;
}

class Table final : public OcelReader {
 public:
  Table(std::unique_ptr<OcelLog> log, OcelOptions options, OcelLimits limits)
      : log_(std::move(log)), options_(std::move(options)), limits_(limits), stamps_(TimeLayout::iso, Zone::utc(), Micros{0}) {}

  Result<> open(const std::vector<std::string>& first_columns) {
    if (options_.customer_type.empty()) {  // what there is must be known before it can be chosen
      std::map<std::string, uint64_t, std::less<>> counts;
      std::vector<std::string> order;
      const auto seen = [&](std::string_view name) {
        if (counts.try_emplace(std::string(name), 0).second) order.emplace_back(name);
        return Result<void>();
      };
      TRY(log_->read_objects({.object_type = seen, .object = [&](OcelObject& o) -> Result<void> {
                                TRY(seen(o.type));
                                ++counts[o.type];
                                return {};
                              }}));
      uint64_t most = 0;
      for (const auto& name : order)
        if (names_a_customer(name) && counts[name] > 0 && options_.customer_type.empty()) options_.customer_type = name;
      if (options_.customer_type.empty())
        for (const auto& name : order)
          if (counts[name] > most) most = counts[name], options_.customer_type = name;
    }
    TRY(log_->read_objects({.object_type = [&](std::string_view name) -> Result<void> {
                              type(name);
                              return {};
                            },
                            .object = [&](OcelObject& o) { return keep(o); }}));
    const auto known = [&](const std::string& name) { return std::ranges::find(types_, name, &OcelObjectType::name) != types_.end(); };
    for (const std::string& chosen : {options_.customer_type, options_.key_type})
      if (!chosen.empty() && !known(chosen))
        return Error::invalid("unknown_object_type", "", fmt::format("The log has no objects of the type \"{}\".", chosen));
    if (types_.empty()) return Error::invalid("ocel_broken", "", "The log has no objects at all, so that nobody can be the customer.");
    customer_ = place_of(options_.customer_type);
    key_ = options_.key_type.empty() ? SIZE_MAX : place_of(options_.key_type);
    for (const char* name : {"ocel:eid", "ocel:activity", "ocel:timestamp"}) column(name);
    for (const auto& t : types_) column("ocel:type:" + t.name);
    for (const auto& name : first_columns) column(name);
    return {};
  }

  const std::vector<std::string>& columns() const override { return names_; }
  const std::vector<OcelObjectType>& object_types() const override { return types_; }
  const OcelOptions& options() const override { return options_; }

  Result<bool> next(RowBlock& block) override {
    constexpr size_t rows_max = 8192, bytes_max = size_t{1} << 20;
    block.clear();
    block.set_first_record(rows_ + 1);
    uint32_t rows = 0;
    while (rows < rows_max && block.built_bytes() < bytes_max) {
      if (!in_event_) {
        if (!TRY(log_->next(event_))) break;
        TRY(begin_event());
      }
      add_row(block);
      block.end_row(rows++);
    }
    rows_ += rows;
    return rows > 0;
  }

 private:
  struct Change {
    uint32_t column;
    int64_t from_us;
    std::string value;
  };
  struct Object {
    uint32_t type;
    std::vector<Change> changes;  // by column, then time
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  uint32_t type(std::string_view name) {
    for (size_t i = 0; i < types_.size(); ++i)
      if (types_[i].name == name) return static_cast<uint32_t>(i);
    types_.push_back({std::string(name), 0});
    return static_cast<uint32_t>(types_.size() - 1);
  }
  size_t place_of(const std::string& name) const { return static_cast<size_t>(std::ranges::find(types_, name, &OcelObjectType::name) - types_.begin()); }

  Result<void> keep(OcelObject& o) {
    Object kept{type(o.type), {}};
    ++types_[kept.type].objects;
    if (types_.size() > limits_.columns_max) return too_many();
    const bool customer = o.type == options_.customer_type;
    if (customer || (!options_.key_type.empty() && o.type == options_.key_type)) {
      for (auto& a : o.attributes) {
        const uint32_t number = attribute((customer ? std::string(customer_attribute_prefix) : o.type + ":") + a.name);
        const Stamp stamp = stamps_.read(a.time);
        kept_bytes_ += a.value.size() + sizeof(Change);
        kept.changes.push_back({number, stamp.problem == StampProblem::none ? stamp.utc.count() : INT64_MIN, std::move(a.value)});
      }
      // What stands later in the file holds where times are equal.
      std::vector<size_t> order(kept.changes.size());
      for (size_t i = 0; i < order.size(); ++i) order[i] = i;
      std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        const Change &x = kept.changes[a], &y = kept.changes[b];
        return std::tuple(x.column, x.from_us, a) < std::tuple(y.column, y.from_us, b);
      });
      std::vector<Change> sorted;
      for (const size_t i : order) sorted.push_back(std::move(kept.changes[i]));
      kept.changes = std::move(sorted);
    }
    kept_bytes_ += o.id.size() + sizeof(Object) + 64;
    if (kept_bytes_ > limits_.objects_bytes_max)
      return Error::make(ErrorKind::too_large, "ocel_too_large", fmt::format("The log has more objects than fit into {} MiB.", limits_.objects_bytes_max >> 20));
    objects_.insert_or_assign(std::move(o.id), std::move(kept));
    return {};
  }

  Result<void> too_many() const {
    return Error::make(ErrorKind::too_large, "too_many_columns", fmt::format("The log has more than {} different attributes or types.", limits_.columns_max));
  }

  /// Names of objects' attributes, before the columns have their places.
  uint32_t attribute(const std::string& name) {
    const auto [it, fresh] = attributes_.try_emplace(name, static_cast<uint32_t>(attribute_names_.size()));
    if (fresh) {
      attribute_names_.push_back(name);
      attribute_columns_.push_back(SIZE_MAX);
    }
    return it->second;
  }

  size_t column(std::string_view name) {
    if (const auto it = index_.find(name); it != index_.end()) return it->second;
    names_.emplace_back(name);
    cells_.emplace_back();
    index_.emplace(std::string(name), names_.size() - 1);
    return names_.size() - 1;
  }

  Result<void> begin_event() {
    in_event_ = true;
    customer_at_ = key_at_ = 0;
    related_.resize(types_.size());
    for (auto& list : related_) list.clear();
    for (const auto& id : event_.objects) {
      const auto it = objects_.find(std::string_view(id));
      if (it == objects_.end()) continue;  // an object that the log does not describe has no type
      auto& list = related_[it->second.type];
      if (std::ranges::find(list, &*it) == list.end()) list.push_back(&*it);
    }
    const Stamp stamp = stamps_.read(event_.time);
    time_us_ = stamp.problem == StampProblem::none ? stamp.utc.count() : INT64_MAX;
    own_.clear();
    for (const auto& a : event_.attributes) own_.emplace_back(column(a.name.empty() ? "column_1" : std::string_view(a.name)), &a.value);
    if (names_.size() > limits_.columns_max) return too_many();
    return {};
  }

  void add_object(const Object& o) {
    for (size_t i = 0; i < o.changes.size(); ++i) {
      const Change& c = o.changes[i];
      const bool last = i + 1 == o.changes.size() || o.changes[i + 1].column != c.column || o.changes[i + 1].from_us > time_us_;
      if (c.from_us > time_us_ || !last) continue;
      size_t& place = attribute_columns_[c.column];
      if (place == SIZE_MAX) place = column(attribute_names_[c.column]);
      cells_[place] = c.value;
    }
  }

  void add_row(RowBlock& block) {
    std::fill(cells_.begin(), cells_.end(), std::string_view());
    cells_[0] = event_.id;
    cells_[1] = event_.type;
    cells_[2] = event_.time;
    for (const auto& [at, value] : own_) cells_[at] = *value;
    joined_.clear();
    joined_.resize(types_.size());
    const auto& customers = related_[customer_];
    for (size_t t = 0; t < types_.size(); ++t) {
      const auto& list = related_[t];
      if (list.empty()) continue;
      if (t == customer_ || t == key_) {
        const auto* chosen = list[t == customer_ ? customer_at_ : key_at_];
        cells_[fixed_columns + t] = chosen->first;
        add_object(chosen->second);
        continue;
      }
      for (const auto* o : list) joined_[t] += (joined_[t].empty() ? "" : ", ") + o->first;
      cells_[fixed_columns + t] = joined_[t];
    }
    for (size_t i = 0; i < cells_.size(); ++i) block.add_cell(cells_[i], i == 2 ? CellKind::timestamp : CellKind::text);
    const size_t keys = key_ == SIZE_MAX || key_ == customer_ ? 1 : std::max<size_t>(1, related_[key_].size());
    if (++key_at_ < keys) return;
    key_at_ = 0;
    if (++customer_at_ < customers.size()) return;
    in_event_ = false;
  }

  std::unique_ptr<OcelLog> log_;
  OcelOptions options_;
  const OcelLimits limits_;
  const StampReader stamps_;  // texts without a zone are all of one zone: good enough to compare them
  std::vector<OcelObjectType> types_;
  std::unordered_map<std::string, Object, Hash, std::equal_to<>> objects_;
  using Entry = const std::pair<const std::string, Object>*;
  size_t kept_bytes_ = 0;
  std::unordered_map<std::string, uint32_t> attributes_;
  std::vector<std::string> attribute_names_;
  std::vector<size_t> attribute_columns_;
  std::vector<std::string> names_;
  std::vector<std::string_view> cells_;
  std::unordered_map<std::string, size_t, Hash, std::equal_to<>> index_;
  size_t customer_ = 0, key_ = SIZE_MAX;
  uint64_t rows_ = 0;
  // The event whose rows are being given.
  OcelEvent event_;
  bool in_event_ = false;
  size_t customer_at_ = 0, key_at_ = 0;
  int64_t time_us_ = 0;
  std::vector<std::vector<Entry>> related_;
  std::vector<std::pair<size_t, const std::string*>> own_;
  std::vector<std::string> joined_;
};

}  // namespace

Result<std::unique_ptr<OcelReader>> OcelReader::open(std::unique_ptr<OcelLog> log, OcelOptions options, std::vector<std::string> first_columns, OcelLimits limits) {
  auto table = std::make_unique<Table>(std::move(log), std::move(options), limits);
  TRY(table->open(first_columns));
  return table;
}

}  // namespace lotse::formats
