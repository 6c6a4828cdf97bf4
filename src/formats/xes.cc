#include "formats/xes.h"

#include <fmt/format.h>

#include <deque>
#include <unordered_map>
#include <unordered_set>

#include "formats/detail/xml.h"

namespace lotse::formats {
namespace {

constexpr size_t trace_attribute_bytes_max = size_t{1} << 20;  // each event of the trace carries them
constexpr size_t keys_bytes_max = size_t{64} << 20;  // all different keys of a log together

std::string_view standard_key(std::string_view word) {
  if (word == "name") return "concept:name";
  if (word == "lifecycle") return "lifecycle:transition";
  return word;
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; };
    return lower(x) == lower(y);
  });
}

bool is_blank(std::string_view s) { return s.find_first_not_of(" \t\r\n") == std::string_view::npos; }

std::optional<XesType> attribute_type(std::string_view element) {
  if (element == "string") return XesType::string;
  if (element == "date") return XesType::date;
  if (element == "int") return XesType::integer;
  if (element == "float") return XesType::decimal;
  if (element == "boolean") return XesType::boolean;
  if (element == "id") return XesType::id;
  if (element == "list" || element == "container") return XesType::list;
  return std::nullopt;
}

// Attributes whose values lie in one text; keys are interned by the log.
struct Bag {
  struct Item {
    std::string_view key;
    size_t begin, size;
    XesType type;
  };
  std::string text;
  std::vector<Item> items;
  void add(std::string_view key, std::string_view value, XesType type) {
    items.push_back({key, text.size(), value.size(), type});
    text += value;
  }
  void clear() {
    text.clear();
    items.clear();
  }
  void views(size_t begin, size_t end, std::vector<XesAttribute>& out) const {
    out.clear();
    for (size_t i = begin; i < end; ++i)
      out.push_back({items[i].key, std::string_view(text).substr(items[i].begin, items[i].size), items[i].type});
  }
};

}  // namespace

struct XesLog::State final : detail::XmlPull {
  State(ByteSource& bytes, XesOptions o) : XmlPull(bytes, ""), options(std::move(o)) {
    for (std::string& key : options.classifier) key = standard_key(key);
  }

  enum class Place : uint8_t { log, trace, event, attribute, values };
  struct Level {
    Place place;
    std::string_view key;  // attribute: its full key
    size_t members = 0;    // values: how many so far
  };

  void start(std::string_view full_name, const char** attributes) override {
    const std::string_view name = detail::local_name(full_name);
    if (ignored > 0) {
      ++ignored;
      return;
    }
    if (levels.empty()) {
      if (name != "log")
        return fail(Error::invalid("xes_no_log", "",
                                   fmt::format("This is XML, but not an XES event log: it begins with <{}> instead of <log>.", full_name)));
      levels.push_back({Place::log, {}});
      return;
    }
    if (levels.size() >= options.depth_max) return fail_too_large("nests elements too deeply");
    const Place place = levels.back().place;
    if (place == Place::log && name == "trace") {
      levels.push_back({Place::trace, {}});
      return;
    }
    if ((place == Place::log || place == Place::trace) && name == "event") {
      if (place == Place::log) {
        ++counts.loose_events;
        ignored = 1;
        return;
      }
      ++counts.events;
      event_items_begin = events.items.size();
      levels.push_back({Place::event, {}});
      return;
    }
    if (place == Place::attribute && name == "values") {
      levels.push_back({Place::values, levels.back().key});
      return;
    }
    if (place == Place::log && (name == "objects" || name == "object-types"))
      return fail(Error::invalid("ocel_not_read", "", "This is an object-centric log of OCEL 1.0; Lotse reads OCEL 2.0. Save it as OCEL 2.0, XES or CSV."));
    const auto type = attribute_type(name);
    if (!type || place == Place::log) {  // globals, extensions, classifiers, attributes of the log, strange elements
      ignored = 1;
      return;
    }
    const std::string_view own = attribute(attributes, "key");
    std::string_view key;
    if (place == Place::values) {
      key = intern(fmt::format("{}[{}]", levels.back().key, levels.back().members++));
    } else if (place == Place::attribute) {
      key = intern(fmt::format("{}.{}", levels.back().key, own));
    } else {
      key = intern(own);
    }
    if (*type != XesType::list) {
      const bool of_event = std::any_of(levels.begin(), levels.end(), [](const Level& l) { return l.place == Place::event; });
      Bag& bag = of_event ? events : trace;
      if (bag.items.size() - (of_event ? event_items_begin : 0) >= options.attributes_max)
        return fail_too_large("has an event or trace with too many attributes");
      bag.add(key, attribute(attributes, "value"), *type);
      if (bag.text.size() > (of_event ? 2 * options.trace_bytes_max : trace_attribute_bytes_max))
        return fail_too_large("has an event or trace with too much text in its attributes");
      if (!of_event && key == "concept:name" && flushed)
        return fail_too_large("has a very large trace whose name comes after its events");
    }
    levels.push_back({Place::attribute, key});
  }

  void end(std::string_view) override {
    if (ignored > 0) {
      --ignored;
      return;
    }
    const Place place = levels.back().place;
    levels.pop_back();
    if (place == Place::event) {
      ends.push_back(events.items.size());
      if (events.text.size() + events.items.size() * sizeof(Bag::Item) > options.trace_bytes_max) {
        flushed = true;
        suspend();
      }
    } else if (place == Place::trace) {
      ++counts.traces;
      trace_ended = true;
      suspend();
    }
  }

  void fail_too_large(const char* what) {
    fail(Error::make(ErrorKind::too_large, "xes_too_large", fmt::format("The log {}. Export it with fewer attributes.", what)));
  }

  std::string_view intern(std::string_view key) {
    if (const auto it = keys.find(key); it != keys.end()) return *it;
    key_bytes += key.size() + 64;
    if (key_bytes > keys_bytes_max) {
      fail_too_large("has too many different attributes");
      return {};
    }
    return *keys.insert(key_texts.emplace_back(key)).first;
  }

  // Makes the event of attributes [begin, end); false where the filter leaves it out.
  bool make_event(size_t begin, size_t end, XesEvent& out) {
    events.views(begin, end, event_views);
    out = {};
    out.trace = trace_number;
    out.trace_attributes = trace_views;
    out.attributes = event_views;
    for (const XesAttribute& a : trace_views)
      if (a.key == "concept:name") out.trace_name = a.value;
    if (out.trace_name && out.trace_name->empty()) out.trace_name.reset();
    for (const XesAttribute& a : event_views) {
      if (a.key == "time:timestamp") out.time = a.value;
      if (a.key == "lifecycle:transition") out.lifecycle = a.value;
    }
    if (!options.lifecycle.empty() && !same_ignoring_case(options.lifecycle, out.lifecycle)) {
      ++counts.filtered_events;
      return false;
    }
    if (options.classifier.size() == 1) {
      for (const XesAttribute& a : event_views)
        if (a.key == options.classifier[0]) out.name = a.value;
      if (is_blank(out.name)) out.problem = "empty_event_type";
    } else {
      joined.clear();
      bool any = false;
      for (size_t i = 0; i < options.classifier.size(); ++i) {
        std::string_view part;
        for (const XesAttribute& a : event_views)
          if (a.key == options.classifier[i]) part = a.value;
        if (i > 0) joined += '+';
        joined += part;
        any = any || !is_blank(part);
      }
      out.name = joined;
      if (!any) out.problem = "empty_event_type";
    }
    if (!out.problem && is_blank(out.time)) out.problem = "time_missing";
    return true;
  }

  Result<bool> next(XesEvent& out) {
    for (;;) {
      while (given < ends.size()) {
        const size_t begin = given == 0 ? 0 : ends[given - 1];
        if (make_event(begin, ends[given++], out)) return true;
      }
      // All of it has been given: the next trace, or more of a very large one.
      events.clear();
      ends.clear();
      given = 0;
      if (trace_ended) {
        trace.clear();
        trace_views.clear();
        ++trace_number;
        trace_ended = flushed = false;
      }
      if (!TRY(run())) return false;
      trace.views(0, trace.items.size(), trace_views);
    }
  }

  XesOptions options;
  XesCounts counts;
  std::vector<Level> levels;
  size_t ignored = 0;  // depth below an element that means nothing here
  Bag trace, events;
  std::vector<size_t> ends;  // of each buffered event in events.items
  size_t event_items_begin = 0, given = 0;
  uint64_t trace_number = 0;
  bool trace_ended = false, flushed = false;
  std::vector<XesAttribute> trace_views, event_views;
  std::string joined;
  std::deque<std::string> key_texts;
  std::unordered_set<std::string_view> keys;
  size_t key_bytes = 0;
};

XesLog::XesLog(ByteSource& bytes, XesOptions options) : state_(std::make_unique<State>(bytes, std::move(options))) {}
XesLog::~XesLog() = default;
Result<bool> XesLog::next(XesEvent& event) { return state_->next(event); }
const XesCounts& XesLog::counts() const { return state_->counts; }

namespace {

class XesTable final : public XesReader {
 public:
  XesTable(ByteSource& bytes, XesOptions options, std::vector<std::string> first_columns) : log_(bytes, std::move(options)) {
    for (const char* name : {"case:concept:name", "concept:name", "time:timestamp", "lifecycle:transition"}) column(name);
    for (const std::string& name : first_columns) column(name);
  }
  const std::vector<std::string>& columns() const override { return names_; }
  const XesCounts& counts() const override { return log_.counts(); }

  Result<bool> next(RowBlock& block) override {
    constexpr size_t rows_max = 8192, bytes_max = size_t{1} << 20;
    constexpr size_t columns_max = 5000;
    block.clear();
    block.set_first_record(rows_ + 2);  // row 1 is the header
    XesEvent e;
    uint32_t row = 0;
    while (row < rows_max && block.built_bytes() < bytes_max && TRY(log_.next(e))) {
      std::fill(cells_.begin(), cells_.end(), Cell{});
      const std::string unnamed = e.trace_name ? std::string() : fmt::format("unnamed trace {}", e.trace + 1);
      set(0, e.trace_name ? *e.trace_name : std::string_view(unnamed), CellKind::text);
      set(1, e.name, CellKind::text);
      set(2, e.time, CellKind::timestamp);
      set(3, e.lifecycle, CellKind::text);
      for (const XesAttribute& a : e.trace_attributes)
        if (a.key != "concept:name") set(column(std::string("case:") += a.key), a.value, kind(a.type));
      for (const XesAttribute& a : e.attributes)
        if (a.key != "concept:name" && a.key != "time:timestamp" && a.key != "lifecycle:transition") set(column(a.key), a.value, kind(a.type));
      if (names_.size() > columns_max)
        return Error::make(ErrorKind::too_large, "too_many_columns", "The log has more than 5000 different attributes. Export it with fewer.");
      for (const Cell& c : cells_) block.add_cell(c.text, c.kind);
      block.end_row(row++);
      if (e.problem) block.add_problem(e.problem);
    }
    rows_ += row;
    return row > 0;
  }

 private:
  struct Cell {
    std::string_view text;
    CellKind kind = CellKind::text;
  };
  static CellKind kind(XesType type) {
    switch (type) {
      case XesType::date: return CellKind::timestamp;
      case XesType::integer:
      case XesType::decimal: return CellKind::number;
      case XesType::boolean: return CellKind::boolean;
      default: return CellKind::text;
    }
  }
  void set(size_t at, std::string_view text, CellKind kind) { cells_[at] = {text, kind}; }
  size_t column(std::string_view name) {
    if (const auto it = index_.find(name); it != index_.end()) return it->second;
    names_.emplace_back(name);
    cells_.push_back({});
    index_.emplace(std::string(name), names_.size() - 1);
    return names_.size() - 1;
  }
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  XesLog log_;
  std::vector<std::string> names_;
  std::vector<Cell> cells_;
  std::unordered_map<std::string, size_t, Hash, std::equal_to<>> index_;
  uint64_t rows_ = 0;
};

}  // namespace

Result<std::unique_ptr<XesReader>> XesReader::open(ByteSource& bytes, XesOptions options, std::vector<std::string> first_columns) {
  return std::make_unique<XesTable>(bytes, std::move(options), std::move(first_columns));
}

bool is_xml(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const size_t at = bytes.find_first_not_of(" \t\r\n");
  if (at != std::string_view::npos && bytes[at] == '<')
    return at + 1 < bytes.size() && (bytes[at + 1] == '?' || bytes[at + 1] == '!' || (bytes[at + 1] | 0x20) >= 'a');
  // UTF-16 with its mark
  return bytes.starts_with(std::string_view("\xFF\xFE<\0", 4)) || bytes.starts_with(std::string_view("\xFE\xFF\0<", 4));
}

}  // namespace lotse::formats
