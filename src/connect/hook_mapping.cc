#include "connect/hook_mapping.h"

#include <algorithm>
#include <cmath>

#include "base/secret.h"
#include "connect/detail/hook_template.h"
#include "formats/number.h"
#include "formats/timestamp.h"
#include "hub/direction.h"

namespace lotse::connect {

namespace {
using detail::Pointer;
using detail::Template;
using Json = nlohmann::json;

constexpr size_t name_bytes_max = 200, nesting_max = 3;

/// A template often takes what is there first, a number of the customer or an address: only its form tells which.
identity::Kind kind_of(std::string_view identifier) {
  if (identifier.find('@') != std::string_view::npos) return identity::Kind::email;
  return identifier.starts_with('+') ? identity::Kind::phone : identity::Kind::customer;
}

struct Attribute {
  std::string name;
  Template value;
};
struct Fields {
  std::optional<Template> customer, same_customer, event_type, time, message, instance_key, channel, unit, actor, cost, account, contract, order;
  std::vector<Attribute> attributes, customer_attributes;
  std::optional<Pointer> attributes_of;
};
struct Condition {
  Template value;
  std::vector<Template> is;
};
struct Rule {
  std::vector<Condition> when;
  Fields set;
};

/// Collects what is wrong with a mapping, field by field.
class Compiler {
 public:
  std::optional<Template> text(const std::string& text, const std::string& at) {
    auto parsed = Template::parse(text);
    if (parsed) return std::move(*parsed);
    say(at, parsed.error().code, parsed.error().detail);
    return std::nullopt;
  }
  Fields fields(const HookFields& in, const std::string& at) {
    Fields out;
    const auto one = [&](const std::optional<std::string>& from, std::optional<Template>& to, const char* name) {
      if (from) to = text(*from, at + "/" + name);
    };
    one(in.customer, out.customer, "customer");
    one(in.same_customer, out.same_customer, "same_customer");
    one(in.account, out.account, "account");
    one(in.contract, out.contract, "contract");
    one(in.order, out.order, "order");
    one(in.event_type, out.event_type, "event_type");
    one(in.time, out.time, "time");
    one(in.message, out.message, "message");
    one(in.instance_key, out.instance_key, "instance_key");
    one(in.channel, out.channel, "channel");
    one(in.unit, out.unit, "unit");
    one(in.actor, out.actor, "actor");
    one(in.cost, out.cost, "cost");
    attributes(in.attributes, out.attributes, at + "/attributes");
    attributes(in.customer_attributes, out.customer_attributes, at + "/customer_attributes");
    if (in.attributes_of && !in.attributes_of->empty()) out.attributes_of = pointer(*in.attributes_of, at + "/attributes_of");
    return out;
  }
  Pointer pointer(const std::string& text, const std::string& at) {
    auto found = detail::pointer_of(text);
    if (!found) say(at, "bad_pointer", "a pointer begins with /, like /items");
    return found.value_or(Pointer{});
  }
  Rule rule(const HookRule& in, const std::string& at) {
    Rule out;
    for (size_t i = 0; i < in.when.size(); ++i) {
      const std::string here = at + "/when/" + std::to_string(i);
      Condition condition;
      if (auto value = text(in.when[i].value, here + "/value")) condition.value = std::move(*value);
      for (size_t k = 0; k < in.when[i].is.size(); ++k)
        if (auto value = text(in.when[i].is[k], here + "/is/" + std::to_string(k))) condition.is.push_back(std::move(*value));
      out.when.push_back(std::move(condition));
    }
    out.set = fields(in.set, at + "/set");
    return out;
  }
  void say(const std::string& at, std::string code, std::string detail) {
    if (problems.size() < 50) problems.push_back({at, std::move(code), std::move(detail)});
  }
  std::vector<FieldError> problems;

 private:
  void attributes(const std::vector<HookAttribute>& in, std::vector<Attribute>& out, const std::string& at) {
    if (in.size() > CompiledMapping::attributes_max) say(at, "too_many_attributes", "at most 64");
    for (size_t i = 0; i < in.size(); ++i) {
      const std::string here = at + "/" + std::to_string(i);
      if (in[i].name.empty() || in[i].name.size() > name_bytes_max) say(here + "/name", "bad_name", "1 to 200 bytes");
      if (auto value = text(in[i].value, here + "/value")) out.push_back({in[i].name, std::move(*value)});
    }
  }
};

void cut(std::string& text) {
  if (text.size() <= CompiledMapping::text_bytes_max) return;
  size_t end = CompiledMapping::text_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || c == '.'; }) && std::ranges::count(text, '.') <= 1;
}

/// Stamps of programs are told apart by their size: seconds until the year 5138, then milliseconds, microseconds, nanoseconds.
formats::TimeLayout epoch_of(std::string_view text) {
  const auto digits = std::min(text.find('.'), text.size());
  return digits <= 11 ? formats::TimeLayout::epoch_s : digits <= 14 ? formats::TimeLayout::epoch_ms : digits <= 17 ? formats::TimeLayout::epoch_us : formats::TimeLayout::epoch_ns;
}
}  // namespace

struct CompiledMapping::Data {
  Pointer list;
  formats::Zone zone = formats::Zone::utc();
  Fields fields;
  std::vector<Rule> rules;
};

Result<CompiledMapping> CompiledMapping::compile(const HookMapping& mapping, const std::string& at) {
  auto data = std::make_shared<Data>();
  Compiler compiler;
  data->list = compiler.pointer(mapping.list, at + "/list");
  if (!mapping.time_zone.empty()) {
    auto zone = formats::Zone::find(mapping.time_zone);
    if (zone)
      data->zone = std::move(*zone);
    else
      compiler.say(at + "/time_zone", "unknown_zone", mapping.time_zone);
  }
  data->fields = compiler.fields(mapping.fields, at + "/fields");
  if (mapping.rules.size() > rules_max) compiler.say(at + "/rules", "too_many_webhook_rules", "at most 100");
  for (size_t i = 0; i < mapping.rules.size() && i < rules_max; ++i) data->rules.push_back(compiler.rule(mapping.rules[i], at + "/rules/" + std::to_string(i)));
  if (!compiler.problems.empty()) {
    Error error = Error::invalid("invalid_mapping", compiler.problems.front().field, compiler.problems.front().detail);
    error.more = std::move(compiler.problems);
    return error;
  }
  CompiledMapping out;
  out.data_ = std::move(data);
  return out;
}

namespace {
/// Maps the items of one body.
class Mapper {
 public:
  Mapper(const CompiledMapping::Data& data, const HookInput& input)
      : data_(data), input_(input), stamps_(formats::TimeLayout::iso, data.zone, input.received) {}

  MappedItem map(const Json& item, size_t index) {
    MappedItem out;
    out.index = index;
    const detail::TemplateValues values{item, input_};
    const Rule* rule = nullptr;
    if (!data_.rules.empty()) {
      for (size_t i = 0; i < data_.rules.size() && !rule; ++i)
        if (holds(data_.rules[i], values)) {
          rule = &data_.rules[i];
          out.rule = i;
        }
      if (!rule) {
        out.state = HookItemState::ignored;
        return out;
      }
    }
    const auto text = [&](std::optional<Template> Fields::*field) -> std::optional<std::string> {
      if (rule && rule->set.*field) return (rule->set.*field)->fill(values);
      if (data_.fields.*field) return (data_.fields.*field)->fill(values);
      return std::nullopt;
    };
    const auto reject = [&](const char* field, std::string code) {
      out.state = HookItemState::rejected;
      out.problems.push_back({field, std::move(code)});
    };
    auto& event = out.event;
    struct Plain {
      std::optional<Template> Fields::*from;
      std::string hub::IncomingEvent::*to;
      const char* name;
    };
    static constexpr Plain plain[] = {{&Fields::customer, &hub::IncomingEvent::customer, "customer"},
                                      {&Fields::event_type, &hub::IncomingEvent::type, "event_type"},
                                      {&Fields::message, &hub::IncomingEvent::message, "message"},
                                      {&Fields::instance_key, &hub::IncomingEvent::instance_key, "instance_key"},
                                      {&Fields::channel, &hub::IncomingEvent::channel, "channel"},
                                      {&Fields::unit, &hub::IncomingEvent::unit, "unit"}};
    for (const auto& one : plain) {
      event.*one.to = text(one.from).value_or("");
      if ((event.*one.to).size() > CompiledMapping::text_bytes_max) reject(one.name, "text_too_long");
    }
    event.customer_kind = kind_of(event.customer);
    if (auto same = text(&Fields::same_customer); same && !same->empty() && *same != event.customer) {
      if (same->size() > CompiledMapping::text_bytes_max) reject("same_customer", "text_too_long");
      event.said = identity::Said::event;
      event.identifiers.push_back({kind_of(*same), std::move(*same)});
    }
    struct Named {
      std::optional<Template> Fields::*from;
      identity::Kind kind;
      const char* name;
    };
    static constexpr Named references[] = {{&Fields::account, identity::Kind::account, "account"},
                                           {&Fields::contract, identity::Kind::contract, "contract"},
                                           {&Fields::order, identity::Kind::order, "order"}};
    for (const auto& one : references) {
      auto value = text(one.from).value_or("");
      if (value.size() > CompiledMapping::text_bytes_max) reject(one.name, "text_too_long");
      if (!value.empty()) event.references.push_back({.kind = one.kind, .value = std::move(value)});
    }
    if (event.customer.empty()) reject("customer", "no_customer");
    if (event.type.empty()) reject("event_type", "no_event_type");
    if (const auto time = text(&Fields::time))
      read_time(*time, event.time, reject);
    else
      event.time = input_.received;
    if (const auto actor = text(&Fields::actor); actor && !actor->empty()) {
      const auto word = hub::direction_word(*actor);
      if (word)
        event.direction = *word;
      else
        reject("actor", "unknown_direction");
    }
    if (const auto cost = text(&Fields::cost); cost && !cost->empty()) {
      const auto number = formats::read_decimal(*cost, '.');
      if (number && std::isfinite(*number))
        event.cost = *number;
      else
        out.problems.push_back({"cost", "bad_cost"});
    }
    bool full = false;
    const auto add = [&](auto& to, const std::string& name, std::string value) {
      if (value.empty() || std::ranges::any_of(to, [&](const auto& known) { return known.first == name; })) return;
      if (to.size() >= CompiledMapping::attributes_max) {
        full = true;
        return;
      }
      cut(value);
      to.emplace_back(name, std::move(value));
    };
    for (const Fields* fields : {rule ? &rule->set : nullptr, &data_.fields}) {  // the rule's come first: of one name the first stays
      if (!fields) continue;
      for (const auto& attribute : fields->attributes) add(event.attributes, attribute.name, attribute.value.fill(values));
      for (const auto& attribute : fields->customer_attributes) add(event.customer_attributes, attribute.name, attribute.value.fill(values));
      if (fields->attributes_of)
        if (const Json* object = detail::find(item, *fields->attributes_of)) add_all(*object, "", 0, [&](const std::string& name, std::string value) { add(event.attributes, name, std::move(value)); });
    }
    if (full) out.problems.push_back({"attributes", "too_many_attributes"});
    // Without the sender's own id, the content is it: a repeated delivery says the same at the same place.
    if (event.message.empty()) event.message = "content " + hash_of_secret(item.dump(-1, ' ', false, Json::error_handler_t::replace) + '\0' + std::to_string(index) + '\0' + event.type);
    return out;
  }

 private:
  bool holds(const Rule& rule, const detail::TemplateValues& values) const {
    return std::ranges::all_of(rule.when, [&](const Condition& condition) {
      const std::string value = condition.value.fill(values);
      if (condition.is.empty()) return !value.empty();
      return std::ranges::any_of(condition.is, [&](const Template& is) { return is.fill(values) == value; });
    });
  }
  template <class Reject>
  void read_time(const std::string& text, Micros& out, const Reject& reject) const {
    const auto stamp = is_number(text) ? formats::StampReader(epoch_of(text), data_.zone, input_.received).read(text) : stamps_.read_mixed(text);
    if (stamp.problem == formats::StampProblem::none)
      out = stamp.utc;
    else
      reject("time", formats::code(stamp.problem));
  }
  template <class Add>
  static void add_all(const Json& object, const std::string& path, size_t depth, const Add& add) {
    if (!object.is_object() || depth >= nesting_max) return;
    for (const auto& [name, value] : object.items()) {
      const std::string here = path.empty() ? name : path + "." + name;
      if (name.empty() || here.size() > name_bytes_max) continue;
      if (value.is_object())
        add_all(value, here, depth + 1, add);
      else
        add(here, detail::text_of(value));
    }
  }

  const CompiledMapping::Data& data_;
  const HookInput& input_;
  formats::StampReader stamps_;
};

/// The array of items, or null: then `single` is the one item. Where nothing stands at the list's place, the body is taken.
const Json* items_of(const Json& body, const Pointer& list, const Json*& single) {
  const Json* there = detail::find(body, list);
  if (!there) there = &body;
  if (there->is_array()) return there;
  single = there;
  return nullptr;
}
}  // namespace

size_t CompiledMapping::count(const Json& body) const {
  const Json* single = nullptr;
  const Json* items = items_of(body, data_->list, single);
  return items ? items->size() : 1;
}

Result<void> CompiledMapping::map(const HookInput& input, const std::function<bool(MappedItem&&)>& each) const {
  Mapper mapper(*data_, input);
  const Json* single = nullptr;
  const Json* items = items_of(input.body, data_->list, single);
  const auto one = [&](const Json& item, size_t index) {
    if (item.is_object()) return each(mapper.map(item, index));
    MappedItem refused;
    refused.index = index;
    refused.state = HookItemState::rejected;
    refused.problems.push_back({"", "not_an_object"});
    return each(std::move(refused));
  };
  if (!items) {
    one(*single, 0);
    return {};
  }
  if (items->size() > items_max) return Error::invalid("too_many_events", "", "at most 10,000 events are taken at once");
  for (size_t i = 0; i < items->size(); ++i)
    if (!one((*items)[i], i)) break;
  return {};
}

HookItem shown(const MappedItem& item) {
  const auto& e = item.event;
  HookItem out{.index = static_cast<int64_t>(item.index), .state = item.state};
  if (item.rule) out.rule = static_cast<int64_t>(*item.rule);
  out.problems = item.problems;
  if (item.state == HookItemState::ignored) return out;
  out.customer = e.customer;
  if (!e.identifiers.empty()) out.same_customer = e.identifiers.front().value;
  for (const auto& reference : e.references)
    (reference.kind == identity::Kind::account ? out.account : reference.kind == identity::Kind::contract ? out.contract : out.order) = reference.value;
  out.event_type = e.type;
  if (std::ranges::none_of(item.problems, [](const HookProblem& p) { return p.field == "time" || p.code == "not_an_object"; })) out.time = iso_utc(e.time);
  out.message = e.message;
  out.instance_key = e.instance_key;
  out.channel = e.channel;
  out.unit = e.unit;
  out.actor = e.direction;
  if (!std::isnan(e.cost)) out.cost = e.cost;
  for (const auto& [name, text] : e.attributes) out.attributes.push_back({name, text});
  for (const auto& [name, text] : e.customer_attributes) out.customer_attributes.push_back({name, text});
  return out;
}

}  // namespace lotse::connect
