#include "analysis/detail/mapping_view.h"

#include <algorithm>
#include <numeric>

namespace lotse::analysis::detail {
namespace {

constexpr size_t touchpoints_max = 65'000;  // below the engine's no_touchpoint

using Rule = MappingView::Rule;

const events::Attribute* attribute_with(const events::Dictionary& dictionary, std::string_view id) {
  for (const auto& a : dictionary.attributes)
    if (a.id == id) return &a;
  return nullptr;
}

uint32_t value_code(const events::Dictionary& dictionary, const events::Attribute& attribute, std::string_view text) {
  const auto& values = dictionary.values[static_cast<size_t>(&attribute - dictionary.attributes.data())];
  const auto at = std::find(values.begin(), values.end(), text);
  return at == values.end() ? 0 : static_cast<uint32_t>(at - values.begin() + 1);
}

struct Builder {
  const atlas::MappingSet& set;
  const events::Dictionary& dictionary;
  const std::vector<EventClass>& classes;
  const std::vector<uint32_t>& properties;
  const Tallies& tallies;
  MappingView view;

  engine::Touchpoint add(std::string id, std::string name, bool mapped, std::optional<std::string> channel) {
    view.touchpoints.push_back({std::move(id), std::move(name), mapped, std::move(channel)});
    return static_cast<engine::Touchpoint>(view.touchpoints.size() - 1);
  }

  void add_touchpoints() {
    view.touchpoints.reserve(set.touchpoints.size() + dictionary.types.size());
    std::unordered_map<std::string_view, engine::Touchpoint> owned;
    for (const auto& t : set.touchpoints)
      if (view.touchpoints.size() < touchpoints_max) owned[t.id] = add(t.id, t.name, true, t.channel);
    view.own.assign(dictionary.types.size() + 1, engine::no_touchpoint);
    for (const auto& type : dictionary.types) {
      if (const auto at = owned.find(type.touchpoint); at != owned.end()) view.own[type.code] = at->second;
      else if (view.touchpoints.size() < touchpoints_max) view.own[type.code] = add(type.touchpoint, type.name, false, std::nullopt);
      else view.too_many = true;
    }
    view.by_id.reserve(view.touchpoints.size());
    for (size_t t = 0; t < view.touchpoints.size(); ++t) view.by_id[view.touchpoints[t].id] = static_cast<engine::Touchpoint>(t);
    view.engine.touchpoint_count = static_cast<uint32_t>(view.touchpoints.size());
  }

  void add_rules() {
    std::unordered_map<std::string_view, uint32_t> type_codes;
    for (const auto& type : dictionary.types) type_codes[type.name] = type.code;
    for (const auto& rule : set.rules) {
      Rule out;
      out.any_type = rule.event_types.empty();
      out.any_source = rule.sources.empty();
      out.target = view.find(rule.touchpoint).value_or(engine::no_touchpoint);
      for (const auto& name : rule.event_types)
        if (const auto at = type_codes.find(name); at != type_codes.end()) out.types.push_back(at->second);
      for (const auto& id : rule.sources)
        for (const auto& source : dictionary.sources)
          if (source.id == id) out.sources.push_back(source.code);
      std::sort(out.types.begin(), out.types.end());
      std::sort(out.sources.begin(), out.sources.end());
      for (const auto& property : rule.properties) {
        const auto* attribute = attribute_with(dictionary, property.attribute);
        if (!attribute) {
          out.possible = out.possible && property.value.empty();
          continue;
        }
        const uint32_t code = value_code(dictionary, *attribute, property.value);
        if (code == 0 && !property.value.empty()) out.possible = false;
        out.properties.push_back({attribute->number, code, property.value});
      }
      view.rules.push_back(std::move(out));
    }
  }

  /// Codes of rule properties in the order of a class's own.
  bool matches(const Rule& rule, const EventClass& one) const {
    if (!rule.any_source && !std::binary_search(rule.sources.begin(), rule.sources.end(), one.source)) return false;
    return std::all_of(rule.properties.begin(), rule.properties.end(), [&](const Rule::Property& p) {
      const auto at = std::lower_bound(properties.begin(), properties.end(), p.attribute);
      ensure(at != properties.end() && *at == p.attribute, "classes hold every property that a rule names");
      return one.properties[static_cast<size_t>(at - properties.begin())] == p.code;
    });
  }

  void map_classes() {
    std::vector<uint32_t> for_any;
    std::unordered_map<uint32_t, std::vector<uint32_t>> for_type;  // rules that name the type, and those for any, in order
    for (const auto& rule : view.rules)
      for (uint32_t type : rule.types) for_type[type];
    for (uint32_t r = 0; r < view.rules.size(); ++r) {
      const Rule& rule = view.rules[r];
      if (!rule.possible) continue;
      if (rule.any_type) {
        for_any.push_back(r);
        for (auto& [unused, list] : for_type) list.push_back(r);
      } else {
        for (uint32_t type : rule.types)
          if (auto& list = for_type[type]; list.empty() || list.back() != r) list.push_back(r);
      }
    }
    view.engine.touchpoint_of.reserve(classes.size());
    for (const auto& one : classes) {
      const auto named = for_type.find(one.type);
      const auto& candidates = named == for_type.end() ? for_any : named->second;
      const auto at = std::find_if(candidates.begin(), candidates.end(), [&](uint32_t r) { return matches(view.rules[r], one); });
      view.engine.touchpoint_of.push_back(at == candidates.end() ? view.own.at(one.type) : view.rules[*at].target);
    }
  }

  void name_channels() {
    const auto* channel = attribute_with(dictionary, "channel");
    if (!channel) return;
    const auto& values = dictionary.values[static_cast<size_t>(channel - dictionary.attributes.data())];
    std::map<std::pair<engine::Touchpoint, uint32_t>, uint64_t> counts;
    for (const auto& [key, events] : tallies.channels) {
      const uint32_t code = static_cast<uint32_t>(key), one = static_cast<uint32_t>(key >> 32);
      if (code == 0 || code > values.size() || one >= view.engine.touchpoint_of.size()) continue;
      if (const auto t = view.engine.touchpoint_of[one]; t != engine::no_touchpoint) counts[{t, code}] += events;
    }
    std::vector<uint64_t> most(view.touchpoints.size(), 0);
    std::vector<uint32_t> best(view.touchpoints.size(), 0);
    for (const auto& [key, events] : counts)
      if (events > most[key.first]) {
        most[key.first] = events;
        best[key.first] = key.second;
      }
    for (size_t t = 0; t < best.size(); ++t)
      if (auto& item = view.touchpoints[t]; best[t] && !item.channel) item.channel = values[best[t] - 1];
  }

  void rank_names() {
    std::vector<uint32_t> order(view.touchpoints.size());
    std::iota(order.begin(), order.end(), 0);
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      const auto &x = view.touchpoints[a], &y = view.touchpoints[b];
      return std::tie(x.name, x.id) < std::tie(y.name, y.id);  // std::string compares as unsigned bytes
    });
    view.rank.resize(order.size());
    for (uint32_t place = 0; place < order.size(); ++place) view.rank[order[place]] = place;
  }
};

}  // namespace

std::optional<engine::Touchpoint> MappingView::find(std::string_view id) const {
  const auto at = by_id.find(id);
  if (at == by_id.end()) return std::nullopt;
  return at->second;
}

std::optional<engine::Touchpoint> MappingView::touchpoint_of(const events::StoredEvent& event) const {
  auto text_of = [&](uint32_t attribute) -> std::string_view {
    for (const auto& [number, text] : event.attributes)
      if (number == attribute) return text;
    return {};
  };
  auto target = event.type < own.size() ? own[event.type] : engine::no_touchpoint;
  for (const auto& rule : rules) {
    if (!rule.possible) continue;
    if (!rule.any_type && !std::binary_search(rule.types.begin(), rule.types.end(), event.type)) continue;
    if (!rule.any_source && !std::binary_search(rule.sources.begin(), rule.sources.end(), event.source)) continue;
    if (!std::all_of(rule.properties.begin(), rule.properties.end(), [&](const auto& p) { return text_of(p.attribute) == p.text; })) continue;
    target = rule.target;
    break;
  }
  if (target == engine::no_touchpoint) return std::nullopt;
  return target;
}

std::vector<uint32_t> properties_of(const atlas::MappingSet& set, const events::Dictionary& dictionary) {
  std::vector<uint32_t> out;
  for (const auto& rule : set.rules)
    for (const auto& property : rule.properties)
      if (const auto* attribute = attribute_with(dictionary, property.attribute)) out.push_back(attribute->number);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::shared_ptr<const MappingView> make_view(const atlas::MappingSet& set, const events::Dictionary& dictionary,
                                             const std::vector<EventClass>& classes, const std::vector<uint32_t>& properties,
                                             const Tallies& tallies) {
  Builder builder{set, dictionary, classes, properties, tallies, {}};
  builder.view.version = set.version;
  builder.add_touchpoints();
  builder.add_rules();
  builder.map_classes();
  builder.name_channels();
  builder.rank_names();
  // Moving keeps the strings where they are only if they are moved as a whole: by_id refers to them.
  return std::make_shared<const MappingView>(std::move(builder.view));
}

}  // namespace lotse::analysis::detail
