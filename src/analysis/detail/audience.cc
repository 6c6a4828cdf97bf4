#include "analysis/detail/audience.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "analysis/detail/plan.h"

namespace lotse::analysis::detail {
namespace {

using customers::ComputedDefinition;
using customers::ComputedKind;
using engine::Reckoning;

constexpr double none = std::numeric_limits<double>::quiet_NaN();
constexpr double day_us = 86'400e6;
constexpr double days_max = 36'525;
constexpr int depth_max = 5;
constexpr size_t rules_max = 100;

Micros days_of(double days) { return Micros{static_cast<int64_t>(std::llround(days * day_us))}; }

/// A number of each customer that is to be found.
struct Wanted {
  std::string key;        ///< says all of it: equal keys are equal numbers
  Reckoning reckoning;
  bool instances = false;  ///< their number instead
  std::optional<uint32_t> numbers_of;  ///< `reckoning.values` come from the store: of this attribute
};

std::string list_text(const std::vector<std::string>& ids) {
  std::string out;
  for (const auto& id : ids) out += id + ",";
  return out;
}

std::shared_ptr<const engine::ArrivalValues> arrival_values(const AudienceView& view, uint32_t attribute, std::optional<Error>& failed) {
  auto out = std::make_shared<engine::ArrivalValues>();
  out->base = 1;
  out->values.assign(view.seen.as_of, none);
  const auto done = view.seen.moment->store->numbers(
      attribute, view.seen.as_of,
      [&](uint64_t arrival, double value) {
        if (arrival >= 1 && arrival <= out->values.size()) out->values[arrival - 1] = value;
      },
      view.stop);
  if (!done) failed = done.error();
  return out;
}

Result<std::vector<double>> instances_of(const AudienceView& view, const std::vector<uint32_t>& customers) {
  const auto planned = TRY(plan(view.seen, view.zone, Filter{}, nullptr, {}, {}, view.executor));
  std::vector<double> out(customers.size(), 0);
  if (view.only) {
    const auto rows = TRY(engine::customer_instances(view.seen.moment->columns, planned.query, *view.only));
    if (!out.empty()) out[0] = static_cast<double>(rows.size());
    return out;
  }
  const auto counts = TRY(engine::count_by_customer(view.seen.moment->columns, planned.query, view.executor, view.stop));
  size_t at = 0;
  for (const auto& one : counts) {
    while (at < customers.size() && customers[at] < one.customer) ++at;
    if (at < customers.size() && customers[at] == one.customer) out[at] = one.instances;
  }
  return out;
}

Result<CustomerNumbers> find(const AudienceView& view, std::vector<Wanted>& wanted) {
  const auto& moment = *view.seen.moment;
  const std::string base = fmt::format("reckon|{}|{}|{}|", moment.serial, view.seen.as_of, view.seen.mapping->version);
  CustomerNumbers out;
  out.values.resize(wanted.size());
  const bool keep = !view.only;
  if (keep) out.customers = view.cache.get<std::vector<uint32_t>>(base);
  std::vector<Reckoning> asked;
  std::vector<size_t> places;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (keep && out.customers) out.values[i] = view.cache.get<std::vector<double>>(base + wanted[i].key);
    if (out.values[i] || wanted[i].instances) continue;
    if (wanted[i].numbers_of) {
      std::optional<Error> failed;
      wanted[i].reckoning.values = arrival_values(view, *wanted[i].numbers_of, failed);
      if (failed) return *failed;
    }
    asked.push_back(std::move(wanted[i].reckoning));
    places.push_back(i);
  }
  if (!out.customers || !asked.empty()) {
    engine::ReckonQuery query{.mapping = &view.seen.mapping->engine, .as_of = moment.now, .last_arrival = view.seen.last_arrival};
    if (view.only) query.customers = std::vector{*view.only};
    auto reckoned = TRY(engine::reckon(moment.columns, query, asked, view.executor, view.stop));
    if (!out.customers) {
      out.customers = std::make_shared<const std::vector<uint32_t>>(std::move(reckoned.customers));
      if (keep) view.cache.put<std::vector<uint32_t>>(base, out.customers, out.customers->size() * 4);
    }
    for (size_t i = 0; i < places.size(); ++i) out.values[places[i]] = std::make_shared<const std::vector<double>>(std::move(reckoned.values[i]));
  }
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (!out.values[i]) out.values[i] = std::make_shared<const std::vector<double>>(TRY(instances_of(view, *out.customers)));
    if (keep) view.cache.put<std::vector<double>>(base + wanted[i].key, out.values[i], out.values[i]->size() * 8);
  }
  return out;
}

/// Turns definitions and rules into wanted numbers; what is wrong goes to `problems`.
class Translator {
 public:
  Translator(const AudienceView& view, std::vector<FieldError>& problems) : view_(view), moment_(*view.seen.moment), problems_(problems) {}

  void problem(std::string field, const char* code, std::string detail = {}) { problems_.push_back({std::move(field), code, std::move(detail)}); }

  std::vector<engine::Touchpoint> touchpoints(const std::vector<std::string>& ids, const std::string& field) {
    std::vector<engine::Touchpoint> out;
    for (size_t i = 0; i < ids.size(); ++i) {
      if (const auto t = view_.seen.mapping->find(ids[i])) out.push_back(*t);
      else problem(field + "/" + std::to_string(i), "unknown_touchpoint", ids[i]);
    }
    return out;
  }
  std::optional<Micros> days(const std::optional<double>& days, const std::string& field) {
    if (!days) return std::nullopt;
    if (std::isfinite(*days) && *days > 0 && *days <= days_max) return days_of(*days);
    problem(field, "invalid_number", "above 0, at most 36,525");
    return std::nullopt;
  }

  Wanted wanted_of(const ComputedDefinition& d, const std::string& field) {
    Wanted out{.key = "ca|" + to_json(d).dump()};
    auto& r = out.reckoning;
    if (!d.touchpoints.empty()) r.of = touchpoints(d.touchpoints, field + "/touchpoints");
    if (const auto span = days(d.days, field + "/days")) {
      r.from = moment_.now - *span;
      r.to = moment_.now + Micros{1};
    }
    switch (d.kind) {
      case ComputedKind::events: r.kind = Reckoning::Kind::events; break;
      case ComputedKind::first_contact: r.kind = Reckoning::Kind::first_time; break;
      case ComputedKind::last_contact:
      case ComputedKind::days_since_last: r.kind = Reckoning::Kind::last_time; break;
      case ComputedKind::instances: out.instances = true; break;
      case ComputedKind::most_used_channel:
        if (const auto column = column_of(moment_, BuiltinAttribute::channel)) {
          r.kind = Reckoning::Kind::top_code;
          r.attribute = *column;
        } else {
          nobody(r);
        }
        break;
      case ComputedKind::value_sum: sum(d, field, out); break;
    }
    return out;
  }

 private:
  /// A number that is 0 for all.
  static void nobody(Reckoning& r) {
    r.kind = Reckoning::Kind::events;
    r.of.emplace();
  }
  void sum(const ComputedDefinition& d, const std::string& field, Wanted& out) {
    auto& r = out.reckoning;
    r.kind = Reckoning::Kind::sum;
    const std::string of = d.value_of.value_or("");
    if (of == "cost") {
      out.numbers_of = events::EventStore::cost_number;
      return;
    }
    const auto attribute = attribute_named(moment_, of);
    if (!attribute || !attribute->values || attribute->number < BuiltinAttribute::first_imported) return problem(field + "/value_of", "unknown_attribute", of);
    if (!attribute->in_memory) {
      out.numbers_of = attribute->number;
      return;
    }
    const auto column = column_of(moment_, attribute->number);
    if (!column) return nobody(r);
    r.attribute = *column;
    r.value_of_code.assign(1, none);
    for (const auto& text : *attribute->values) r.value_of_code.push_back(events::number_of(text).value_or(none));
  }

  const AudienceView& view_;
  const Moment& moment_;
  std::vector<FieldError>& problems_;
};

double days_since(double last_us, Micros now) { return std::isnan(last_us) ? none : std::max(0.0, std::floor((static_cast<double>(now.count()) - last_us) / day_us)); }

/// A rule, ready to be asked of numbers.
struct Node {
  CustomerRuleKind kind = CustomerRuleKind::all;
  bool exclude = false;
  std::vector<Node> rules;
  size_t number = 0;                                ///< index of what is wanted
  std::function<bool(double)> holds;                ///< of the number
  std::optional<std::vector<uint32_t>> customers;   ///< ascending, instead: the store has answered
};

class Rules {
 public:
  Rules(const AudienceView& view, std::vector<FieldError>& problems) : view_(view), moment_(*view.seen.moment), translator_(view, problems) {}

  Result<Node> read(const CustomerRule& rule, const std::string& field, int depth) {
    using K = CustomerRuleKind;
    Node node{.kind = rule.kind, .exclude = rule.exclude};
    if (++rules_ > rules_max) {
      translator_.problem(field, "too_many_conditions", "at most 100");
      return node;
    }
    check_members(rule, field);
    switch (rule.kind) {
      case K::all:
      case K::any:
        if (rule.rules.empty()) translator_.problem(field + "/rules", "no_rules", "at least one rule is expected");
        if (depth >= depth_max) {
          translator_.problem(field, "rules_too_deep", "at most 5 groups within each other");
          break;
        }
        for (size_t i = 0; i < rule.rules.size(); ++i) node.rules.push_back(TRY(read(rule.rules[i], field + "/rules/" + std::to_string(i), depth + 1)));
        break;
      case K::did: did(rule, field, node); break;
      case K::did_then:
      case K::did_then_not: did_then(rule, field, node); break;
      case K::attribute: TRY(attribute(rule, field, node)); break;
      case K::computed: computed(rule, field, node); break;
    }
    return node;
  }

  std::vector<Wanted>& wanted() { return wanted_; }

  std::vector<uint8_t> holds(const Node& node, const CustomerNumbers& numbers) const {
    const auto& customers = *numbers.customers;
    std::vector<uint8_t> out(customers.size(), node.kind != CustomerRuleKind::any);
    if (node.kind == CustomerRuleKind::all || node.kind == CustomerRuleKind::any) {
      for (const auto& rule : node.rules) {
        const auto one = holds(rule, numbers);
        if (node.kind == CustomerRuleKind::all) for (size_t i = 0; i < out.size(); ++i) out[i] &= one[i];
        else for (size_t i = 0; i < out.size(); ++i) out[i] |= one[i];
      }
    } else if (node.customers) {
      for (size_t i = 0; i < out.size(); ++i) out[i] = std::binary_search(node.customers->begin(), node.customers->end(), customers[i]);
    } else {
      const auto& values = *numbers.values[node.number];
      for (size_t i = 0; i < out.size(); ++i) out[i] = node.holds(values[i]);
    }
    if (node.exclude) for (auto& one : out) one ^= 1;
    return out;
  }

 private:
  /// A member that the kind does not read is a mistake, not to be passed over.
  void check_members(const CustomerRule& rule, const std::string& field) {
    using K = CustomerRuleKind;
    const auto kind = rule.kind;
    const auto only = [&](bool given, bool fits, const char* name) {
      if (given && !fits) translator_.problem(field + "/" + name, "not_for_this_kind", std::string(word(kind)));
    };
    const bool group = kind == K::all || kind == K::any, then = kind == K::did_then || kind == K::did_then_not, acts = kind == K::did || then;
    only(!rule.rules.empty(), group, "rules");
    only(!rule.touchpoints.empty(), acts, "touchpoints");
    only(!rule.then.empty(), then, "then");
    only(rule.at_least.has_value(), kind == K::did, "at_least");
    only(rule.at_most.has_value(), kind == K::did, "at_most");
    only(rule.days.has_value(), acts, "days");
    only(rule.within_days.has_value(), then, "within_days");
    only(rule.from.has_value(), acts || kind == K::computed, "from");
    only(rule.to.has_value(), acts || kind == K::computed, "to");
    only(rule.attribute.has_value(), kind == K::attribute || kind == K::computed, "attribute");
    only(!rule.values.empty(), kind == K::attribute || kind == K::computed, "values");
    only(rule.min.has_value(), kind == K::computed, "min");
    only(rule.max.has_value(), kind == K::computed, "max");
  }

  std::optional<Micros> time(const std::optional<std::string>& text, const std::string& field) {
    if (!text) return std::nullopt;
    const auto at = view_.zone.parse(*text);
    if (at) return *at;
    translator_.problem(field, "invalid_time", at.error().detail);
    return std::nullopt;
  }
  void period(const CustomerRule& rule, const std::string& field, Wanted& wanted) {
    auto& r = wanted.reckoning;
    r.from = time(rule.from, field + "/from");
    r.to = time(rule.to, field + "/to");
    if (r.from && r.to && *r.from >= *r.to) translator_.problem(field + "/to", "invalid_period", "ends before it begins");
    if (const auto span = translator_.days(rule.days, field + "/days")) {
      r.from = std::max(r.from.value_or(moment_.now - *span), moment_.now - *span);
      r.to = std::min(r.to.value_or(moment_.now + Micros{1}), moment_.now + Micros{1});
    }
    wanted.key += fmt::format("{}|{}|{}", list_text(rule.touchpoints), r.from ? std::to_string(r.from->count()) : "", r.to ? std::to_string(r.to->count()) : "");
  }
  void want(Node& node, Wanted wanted) {
    const auto same = std::find_if(wanted_.begin(), wanted_.end(), [&](const Wanted& one) { return one.key == wanted.key; });
    node.number = static_cast<size_t>(same - wanted_.begin());
    if (same == wanted_.end()) wanted_.push_back(std::move(wanted));
  }

  void did(const CustomerRule& rule, const std::string& field, Node& node) {
    Wanted wanted{.key = "did|"};
    if (!rule.touchpoints.empty()) wanted.reckoning.of = translator_.touchpoints(rule.touchpoints, field + "/touchpoints");
    period(rule, field, wanted);
    const int64_t least = rule.at_least.value_or(rule.at_most ? 0 : 1), most = rule.at_most.value_or(std::numeric_limits<int64_t>::max());
    if (least < 0) translator_.problem(field + "/at_least", "invalid_number", "a count is expected");
    if (most < least) translator_.problem(field + "/at_most", "invalid_range", "below the minimum");
    node.holds = [least, most](double n) { return n >= static_cast<double>(least) && n <= static_cast<double>(most); };
    want(node, std::move(wanted));
  }
  void did_then(const CustomerRule& rule, const std::string& field, Node& node) {
    if (rule.touchpoints.empty()) translator_.problem(field + "/touchpoints", "no_touchpoints", "at least one touchpoint is expected");
    if (rule.then.empty()) translator_.problem(field + "/then", "no_touchpoints", "at least one touchpoint is expected");
    Wanted wanted{.key = fmt::format("{}|{}|{}|", word(rule.kind), list_text(rule.then), rule.within_days.value_or(0))};
    wanted.reckoning.kind = rule.kind == CustomerRuleKind::did_then ? Reckoning::Kind::followed : Reckoning::Kind::not_followed;
    wanted.reckoning.of = translator_.touchpoints(rule.touchpoints, field + "/touchpoints");
    wanted.reckoning.then = translator_.touchpoints(rule.then, field + "/then");
    wanted.reckoning.within = translator_.days(rule.within_days, field + "/within_days");
    period(rule, field, wanted);
    node.holds = [](double n) { return n >= 1; };
    want(node, std::move(wanted));
  }

  Result<void> attribute(const CustomerRule& rule, const std::string& field, Node& node) {
    if (rule.values.empty()) translator_.problem(field + "/values", "no_values", "at least one value is expected");
    const std::string id = rule.attribute.value_or("");
    const auto attribute = attribute_named(moment_, id);
    node.holds = [](double) { return false; };
    if (!attribute) {
      translator_.problem(field + "/attribute", rule.attribute ? "unknown_attribute" : "required", id);
      return {};
    }
    if (!attribute->in_memory && moment_.partial) {
      translator_.problem(field + "/attribute", "attribute_not_in_memory", "it cannot be asked for within a restriction");
      return {};
    }
    if (!attribute->in_memory) {
      if (std::find(rule.values.begin(), rule.values.end(), "") != rule.values.end())
        translator_.problem(field + "/values", "attribute_not_in_memory", "'no value' cannot be asked for");
      if (moment_.kind != CountBy::person) {
        translator_.problem(field + "/attribute", "attribute_not_in_memory", "the store answers for persons only");
        return {};
      }
      node.customers = TRY(moment_.store->customers_with(attribute->number, rule.values, view_.seen.as_of));
      return {};
    }
    const auto codes = codes_of(moment_, *attribute, rule.values);
    const bool absent = std::find(codes.begin(), codes.end(), 0u) != codes.end();
    const auto column = column_of(moment_, attribute->number);
    Wanted wanted;
    if (!column) {
      wanted.key = "nobody";
      wanted.reckoning.of.emplace();
      node.holds = [absent](double) { return absent; };
    } else if (attribute->scope == AttributeScope::customer) {
      wanted.key = "last|" + id;
      wanted.reckoning.kind = Reckoning::Kind::last_code;
      wanted.reckoning.attribute = *column;
      uint32_t high = 0;
      for (const uint32_t code : codes) high = std::max(high, code);
      std::vector<uint8_t> table(size_t{high} + 1, 0);
      for (const uint32_t code : codes) table[code] = 1;
      node.holds = [table = std::move(table)](double code) { return code < static_cast<double>(table.size()) && table[static_cast<size_t>(code)]; };
    } else {
      wanted.key = "having|" + id + "|";
      for (const uint32_t code : codes) wanted.key += std::to_string(code) + ",";
      wanted.reckoning.having = engine::AttributeCondition{.attribute = *column, .codes = codes};
      node.holds = [](double n) { return n >= 1; };
    }
    want(node, std::move(wanted));
    return {};
  }

  void computed(const CustomerRule& rule, const std::string& field, Node& node) {
    const std::string id = rule.attribute.value_or("");
    node.holds = [](double) { return false; };
    const auto at = std::find_if(view_.computed.begin(), view_.computed.end(), [&](const auto& one) { return one.id == id; });
    if (at == view_.computed.end()) return translator_.problem(field + "/attribute", rule.attribute ? "unknown_attribute" : "required", id);
    const auto kind = at->definition.kind;
    const bool is_time = kind == ComputedKind::first_contact || kind == ComputedKind::last_contact, is_text = kind == ComputedKind::most_used_channel;
    const auto only = [&](bool given, bool fits, const char* name) {
      if (given && !fits) translator_.problem(field + "/" + name, "not_for_this_kind", std::string(word(kind)));
    };
    only(rule.min.has_value(), !is_time && !is_text, "min");
    only(rule.max.has_value(), !is_time && !is_text, "max");
    only(rule.from.has_value(), is_time, "from");
    only(rule.to.has_value(), is_time, "to");
    only(!rule.values.empty(), is_text, "values");
    if (is_text) {
      if (rule.values.empty()) translator_.problem(field + "/values", "no_values", "at least one value is expected");
      const auto codes = codes_of(moment_, *attribute_named(moment_, "channel"), rule.values);
      node.holds = [codes](double code) { return std::find(codes.begin(), codes.end(), static_cast<uint32_t>(code)) != codes.end(); };
    } else if (is_time) {
      const auto from = time(rule.from, field + "/from"), to = time(rule.to, field + "/to");
      if (!rule.from && !rule.to) translator_.problem(field + "/from", "required", "a begin or an end is expected");
      node.holds = [from, to](double us) { return !std::isnan(us) && (!from || us >= static_cast<double>(from->count())) && (!to || us < static_cast<double>(to->count())); };
    } else {
      if (!rule.min && !rule.max) translator_.problem(field + "/min", "required", "a least or a greatest number is expected");
      if ((rule.min && !std::isfinite(*rule.min)) || (rule.max && !std::isfinite(*rule.max))) translator_.problem(field + "/min", "invalid_number", "a number is expected");
      if (rule.min && rule.max && *rule.min > *rule.max) translator_.problem(field + "/max", "invalid_range", "below the minimum");
      const bool since = kind == ComputedKind::days_since_last;
      node.holds = [min = rule.min, max = rule.max, since, now = moment_.now](double n) {
        if (since) n = days_since(n, now);
        return !std::isnan(n) && (!min || n >= *min) && (!max || n <= *max);
      };
    }
    want(node, translator_.wanted_of(at->definition, field + "/attribute"));
  }

  const AudienceView& view_;
  const Moment& moment_;
  Translator translator_;
  std::vector<Wanted> wanted_;
  size_t rules_ = 0;
};

}  // namespace

std::optional<NamedAttribute> attribute_named(const Moment& moment, const std::string& id) {
  if (id == "source") return NamedAttribute{.number = source_attribute};
  const auto& dictionary = *moment.dictionary;
  for (size_t i = 0; i < dictionary.attributes.size(); ++i) {
    const auto& a = dictionary.attributes[i];
    if (a.id == id) return NamedAttribute{a.number, a.scope, a.in_memory && may_have_column(a.number), &dictionary.values[i]};
  }
  // Built in, but no event has had it yet: as if it had no values.
  static const std::vector<std::string> no_values;
  for (const auto& [name, number] : {std::pair("channel", BuiltinAttribute::channel), std::pair("direction", BuiltinAttribute::direction), std::pair("unit", BuiltinAttribute::unit)})
    if (id == name) return NamedAttribute{number, AttributeScope::event, true, &no_values};
  return std::nullopt;
}

std::vector<uint32_t> codes_of(const Moment& moment, const NamedAttribute& attribute, const std::vector<std::string>& values) {
  std::vector<uint32_t> out;
  for (const auto& value : values) {
    if (!attribute.values) {
      for (const auto& source : moment.dictionary->sources)
        if (source.id == value || source.name == value) out.push_back(source.code);
    } else if (value.empty()) {
      out.push_back(0);
    } else if (const auto at = std::find(attribute.values->begin(), attribute.values->end(), value); at != attribute.values->end()) {
      out.push_back(static_cast<uint32_t>(at - attribute.values->begin() + 1));
    }
  }
  return out;
}

std::optional<size_t> column_of(const Moment& moment, uint32_t number) {
  const auto& columns = *moment.attributes;
  const auto at = std::find(columns.begin(), columns.end(), number);
  const size_t place = static_cast<size_t>(at - columns.begin());
  if (at == columns.end() || place >= engine::info(moment.columns).attribute_count) return std::nullopt;
  return place;
}

Result<CustomerNumbers> compute(const AudienceView& view, const std::vector<ComputedDefinition>& definitions) {
  std::vector<FieldError> problems;
  Translator translator(view, problems);
  std::vector<Wanted> wanted;
  for (const auto& d : definitions) wanted.push_back(translator.wanted_of(d, "/definition"));
  if (!problems.empty()) {
    Error error = Error::invalid(problems.front().code, problems.front().field, problems.front().detail);
    error.more = std::move(problems);
    return error;
  }
  auto out = TRY(find(view, wanted));
  for (size_t i = 0; i < definitions.size(); ++i) {
    if (definitions[i].kind != ComputedKind::days_since_last) continue;
    auto days = std::make_shared<std::vector<double>>(*out.values[i]);
    for (auto& one : *days) one = days_since(one, view.seen.moment->now);
    out.values[i] = std::move(days);
  }
  return out;
}

Result<std::vector<uint32_t>> customers_of(const AudienceView& view, const std::vector<CustomerRule>& list, const std::string& field,
                                           std::vector<FieldError>& problems) {
  Rules rules(view, problems);
  Node root;
  const size_t before = problems.size();
  for (size_t i = 0; i < list.size(); ++i) root.rules.push_back(TRY(rules.read(list[i], field + "/" + std::to_string(i), 0)));
  if (problems.size() > before) return std::vector<uint32_t>{};
  const auto numbers = TRY(find(view, rules.wanted()));
  const auto holds = rules.holds(root, numbers);
  std::vector<uint32_t> out;
  for (size_t i = 0; i < holds.size(); ++i)
    if (holds[i]) out.push_back((*numbers.customers)[i]);
  return out;
}

}  // namespace lotse::analysis::detail
