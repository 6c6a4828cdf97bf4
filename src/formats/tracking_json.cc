#include "formats/tracking_json.h"

#include <simdjson.h>

#include <array>
#include <charconv>

#include "formats/timestamp.h"

namespace lotse::formats {

namespace {
namespace dom = simdjson::dom;
using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr std::array<std::string_view, 6> call_words = {"track", "identify", "page", "screen", "group", "alias"};

// --- texts ---

std::string clean(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  std::string out(text);
  for (char& c : out)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  return out;
}

void cut(std::string& text, size_t bytes_max) {
  if (text.size() <= bytes_max) return;
  size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
}

/// A scalar as text; nothing for null, objects and arrays.
std::optional<std::string> clean_scalar(dom::element value) {
  const auto number = [](auto n) {
    char text[32];
    return std::string(text, std::to_chars(text, text + sizeof text, n).ptr);
  };
  switch (value.type()) {
    case dom::element_type::STRING: return clean(value.get_string().value_unsafe());
    case dom::element_type::INT64: return number(value.get_int64().value_unsafe());
    case dom::element_type::UINT64: return number(value.get_uint64().value_unsafe());
    case dom::element_type::DOUBLE: return number(value.get_double().value_unsafe());
    case dom::element_type::BOOL: return value.get_bool().value_unsafe() ? "true" : "false";
    default: return std::nullopt;
  }
}

std::string_view raw_text(dom::element value) { return value.is_string() ? value.get_string().value_unsafe() : std::string_view{}; }

/// Some character, @, some character, a dot, two letters: wherever it stands in the text.
bool looks_like_email(std::string_view text) {
  const auto part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_' || c == '+' || (c & 0x80); };
  for (size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    if (at == 0 || !part(text[at - 1])) continue;
    size_t end = at + 1, dot = 0;
    for (; end < text.size() && part(text[end]); ++end)
      if (text[end] == '.') dot = end;
    if (dot > at + 1 && end - dot > 2) return true;
  }
  return false;
}

/// A name's letters and digits in lower case: "First_Name" and "firstName" alike. Empty where there are too many for a word
/// of our lists. On the stack: asked for every property of every event.
class Letters {
 public:
  explicit Letters(std::string_view name) {
    for (const char c : name) {
      const bool upper = c >= 'A' && c <= 'Z';
      if (!upper && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) continue;
      if (size_ == sizeof text_) {
        size_ = 0;
        return;
      }
      text_[size_++] = static_cast<char>(upper ? c | 0x20 : c);
    }
  }
  operator std::string_view() const { return {text_, size_}; }

 private:
  char text_[24];
  size_t size_ = 0;
};
template <size_t n>
bool is_among(const std::array<std::string_view, n>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Names that hold persons' data wherever they stand.
bool is_personal(std::string_view name) {
  static constexpr std::array<std::string_view, 22> words = {"email", "emailaddress", "mail", "phone", "phonenumber", "mobile", "firstname", "lastname",
      "fullname", "surname", "vorname", "nachname", "username", "login", "password", "iban", "creditcard", "ip", "useragent", "telefon", "birthday", "avatar"};
  return is_among(words, Letters(name));
}
/// In traits of a person these do, too.
bool is_personal_trait(std::string_view name) {
  static constexpr std::array<std::string_view, 8> words = {"name", "address", "street", "postalcode", "id", "website", "description", "title"};
  return is_personal(name) || is_among(words, Letters(name));
}

/// Properties that say whose an event is besides.
std::optional<TrackedReference> reference_of(std::string_view name) {
  static constexpr std::array<std::string_view, 3> words = {"accountid", "contractid", "orderid"};
  const Letters letters(name);
  const auto at = std::find(words.begin(), words.end(), std::string_view(letters));
  return at == words.end() ? std::nullopt : std::optional(static_cast<TrackedReference>(at - words.begin()));
}

// --- one event's attributes ---

class Attributes {
 public:
  Attributes(Pairs& out, const TrackingLimits& limits) : out_(out), limits_(limits) {}

  void add(std::string_view name, std::string text) {
    if (out_.size() >= limits_.attributes_max || name.empty() || name.size() > limits_.name_bytes_max || text.empty()) return;
    if (text.find('@') != std::string::npos && looks_like_email(text)) return;
    for (const auto& [known, unused] : out_)
      if (known == name) return;  // what the call itself says wins over its context
    cut(text, limits_.text_bytes_max);
    out_.emplace_back(clean(name), std::move(text));
  }
  void add(std::string_view name, dom::element value) {
    if (auto text = clean_scalar(value)) add(name, std::move(*text));
  }
  /// An object's scalars, those of inner objects with their path: "cart.total".
  template <class Skip>
  void add_all(dom::object object, std::string& path, size_t depth, const Skip& skip) {
    const size_t before = path.size();
    for (const auto field : object) {
      if (out_.size() >= limits_.attributes_max) return;
      if (field.key.empty() || skip(field.key, depth)) continue;
      path += field.key;
      if (field.value.is_object()) {
        if (depth < limits_.nesting_max) {
          path += '.';
          add_all(field.value.get_object().value_unsafe(), path, depth + 1, skip);
        }
      } else {
        add(path, field.value);
      }
      path.resize(before);
    }
  }

 private:
  Pairs& out_;
  const TrackingLimits& limits_;
};

/// An address without what may name a person: its query and fragment.
std::string without_query(std::string text) {
  text.resize(std::min(text.find_first_of("?#"), text.size()));
  return text;
}

void add_page_field(Attributes& out, std::string_view name, dom::element value) {
  auto text = clean_scalar(value);
  if (!text) return;
  if (name == "path" || name == "referrer") out.add(name == "path" ? "page.path" : "page.referrer", without_query(std::move(*text)));
}

void add_context(Attributes& out, dom::object context) {
  for (const auto field : context) {
    if (field.key == "locale") {
      out.add("locale", field.value);
      continue;
    }
    dom::object inner;
    if (field.value.get(inner)) continue;
    const auto one = [&](std::string_view wanted, std::string_view name) {
      if (dom::element value; !inner[wanted].get(value)) out.add(name, value);
    };
    if (field.key == "page") {
      for (const auto f : inner) add_page_field(out, f.key, f.value);
    } else if (field.key == "campaign") {
      std::string path = "campaign.";
      out.add_all(inner, path, 1, [](std::string_view name, size_t) { return is_personal(name); });
    } else if (field.key == "device") {
      one("type", "device.type");
    } else if (field.key == "os") {
      one("name", "os.name");
    } else if (field.key == "app") {
      one("name", "app.name");
    }
  }
}

/// What a consent banner passes on with each call: context.consent.categoryPreferences, as the Segment specification has it.
void add_consents(dom::object context, TrackingEvent& out) {
  constexpr size_t categories_max = 20;
  dom::object preferences;
  if (context.at_pointer("/consent/categoryPreferences").get(preferences)) return;
  for (const auto field : preferences) {
    bool granted = false;
    if (out.consents.size() < categories_max && !field.value.get(granted)) out.consents.emplace_back(field.key, granted);
  }
}

// --- one event ---

/// About how many bytes of JSON an element is.
size_t weight(dom::element value) {
  switch (value.type()) {
    case dom::element_type::STRING: return value.get_string().value_unsafe().size() + 3;
    case dom::element_type::OBJECT: {
      const dom::object object = value.get_object().value_unsafe();
      size_t sum = 2;
      for (const auto field : object) sum += field.key.size() + 4 + weight(field.value);
      return sum;
    }
    case dom::element_type::ARRAY: {
      const dom::array array = value.get_array().value_unsafe();
      size_t sum = 2;
      for (const auto inner : array) sum += weight(inner) + 1;
      return sum;
    }
    default: return 5;
  }
}

struct Reading {
  const TrackingLimits& limits;
  const StampReader& stamps;
  Micros received;
  bool historical;
  std::optional<Micros> batch_sent_at;
  std::optional<dom::object> batch_context;  // of events that bring none

  std::optional<Micros> time_of(std::string_view text) const {
    const auto stamp = stamps.read(text);
    return stamp.problem == StampProblem::none ? std::optional(stamp.utc) : std::nullopt;
  }

  /// Gives the event, or the code of why it cannot be taken.
  const char* read(dom::object object, std::optional<TrackingCall> call, TrackingEvent& out, std::string& write_key) const {
    std::string_view own_time, original_time, sent_at, message;
    std::string user, anonymous, previous, group, name, category, event;
    std::optional<dom::object> properties, context, traits;
    bool odd_time = false;
    const auto object_of = [](dom::element value, std::optional<dom::object>& to) {
      if (value.is_object()) to = value.get_object().value_unsafe();
    };
    const auto text_of = [](dom::element value) { return clean_scalar(value).value_or(std::string()); };
    for (const auto [key, value] : object) {
      switch (key.size()) {
        case 4:
          if (key == "type" && !call) call = tracking_call(raw_text(value));
          else if (key == "name") name = text_of(value);
          break;
        case 5:
          if (key == "event") event = text_of(value);
          break;
        case 6:
          if (key == "userId") user = text_of(value);
          else if (key == "sentAt") sent_at = raw_text(value);
          else if (key == "traits") object_of(value, traits);
          break;
        case 7:
          if (key == "context") object_of(value, context);
          else if (key == "groupId") group = text_of(value);
          break;
        case 8:
          if (key == "writeKey") { if (write_key.empty()) write_key = raw_text(value); }
          else if (key == "category") category = text_of(value);
          break;
        case 9:
          if (key == "messageId") message = raw_text(value);
          else if (key == "timestamp") { own_time = raw_text(value); odd_time = !value.is_string() && !value.is_null(); }
          break;
        case 10:
          if (key == "properties") object_of(value, properties);
          else if (key == "previousId") previous = text_of(value);
          break;
        case 11:
          if (key == "anonymousId") anonymous = text_of(value);
          break;
        case 17:
          if (key == "originalTimestamp") original_time = raw_text(value);
          break;
        default: break;
      }
    }
    if (!call) return "unknown_call";
    out.call = *call;
    out.customer = !user.empty() ? user : *call == TrackingCall::alias && !previous.empty() ? std::string() : anonymous;
    if (out.customer.empty()) return "no_customer";
    if (out.customer.size() > limits.text_bytes_max) return "text_too_long";
    out.anonymous = user.empty();
    const auto also = [&](TrackedId id, std::string text) {
      if (!text.empty() && text != out.customer && text.size() <= limits.text_bytes_max) out.identifiers.emplace_back(id, std::move(text));
    };
    if (*call == TrackingCall::alias) also(TrackedId::previous_id, previous);
    if (*call == TrackingCall::identify && !user.empty()) also(TrackedId::anonymous_id, anonymous);
    out.message_id = message;
    if (const char* problem = set_time(own_time, odd_time, original_time, sent_at, out)) return problem;

    Attributes attributes(out.attributes, limits);
    const auto refer = [&](TrackedReference reference, dom::element value) {
      auto text = clean_scalar(value);
      if (text && !text->empty() && text->size() <= limits.text_bytes_max) out.references.emplace_back(reference, std::move(*text));
    };
    std::string path;
    const bool views = *call == TrackingCall::page || *call == TrackingCall::screen;
    if (properties)
      for (const auto field : *properties)
        if (const auto reference = reference_of(field.key)) refer(*reference, field.value);
    if (views && properties) {
      if (dom::element value; name.empty() && !(*properties)["name"].get(value)) name = text_of(value);
      if (dom::element value; category.empty() && !(*properties)["category"].get(value)) category = text_of(value);
      if (*call == TrackingCall::page)
        for (const auto field : *properties) add_page_field(attributes, field.key, field.value);
      attributes.add_all(*properties, path, 1, [&](std::string_view key, size_t depth) {
        static constexpr std::array<std::string_view, 7> own = {"name", "category", "path", "referrer", "url", "search", "title"};
        return is_personal(key) || (depth == 1 && (is_among(own, key) || reference_of(key)));
      });
    } else if (properties) {
      attributes.add_all(*properties, path, 1, [](std::string_view key, size_t depth) { return is_personal(key) || (depth == 1 && reference_of(key)); });
    }
    if (!context) context = batch_context;
    if (context) add_consents(*context, out);
    if (views) attributes.add("category", std::move(category));
    if (*call == TrackingCall::group && !group.empty() && group.size() <= limits.text_bytes_max) out.references.emplace_back(TrackedReference::account_from_here, std::move(group));
    if (context) {
      if (dom::element value; *call != TrackingCall::group && !(*context)["groupId"].get(value)) refer(TrackedReference::account, value);
      add_context(attributes, *context);
      // The Segment specification lets any call carry traits here; only those of identify and group are said of the customer.
      if (dom::object inner; !traits && *call == TrackingCall::identify && !(*context)["traits"].get(inner)) traits = inner;
    }
    if (traits && (*call == TrackingCall::identify || *call == TrackingCall::group)) {
      Attributes said(out.traits, limits);
      if (*call == TrackingCall::group) path = "group.";
      const bool person = *call == TrackingCall::identify;
      if (person)
        for (const auto field : *traits) {
          static constexpr std::array<std::string_view, 3> mails = {"email", "emailaddress", "mail"};
          static constexpr std::array<std::string_view, 4> phones = {"phone", "phonenumber", "mobile", "telefon"};
          const bool mail = is_among(mails, Letters(field.key));
          if (dom::element id; field.key == "company" && field.value.is_object() && !field.value.get_object().value_unsafe()["id"].get(id)) refer(TrackedReference::account_from_here, id);
          if (mail || is_among(phones, Letters(field.key))) also(mail ? TrackedId::email : TrackedId::phone, text_of(field.value));
        }
      said.add_all(*traits, path, 1, [&](std::string_view key, size_t) { return person ? is_personal_trait(key) : is_personal(key); });
    }

    if (*call == TrackingCall::track) {
      out.type = std::move(event);
      if (out.type.empty()) return "no_event_type";
    } else {
      out.type = call_words[static_cast<size_t>(*call)];
      if (views && !name.empty()) out.type += ": " + name;
    }
    return out.type.size() > limits.text_bytes_max ? "text_too_long" : nullptr;
  }

  const char* set_time(std::string_view own, bool odd, std::string_view original, std::string_view sent, TrackingEvent& out) const {
    if (odd) return "bad_time";
    const std::string_view text = own.empty() ? original : own;
    out.time = received;
    if (text.empty()) return nullptr;
    const auto stamp = stamps.read(text);
    if (stamp.problem != StampProblem::none) return code(stamp.problem);
    out.time = stamp.utc;
    if (historical) return nullptr;
    auto sent_at = sent.empty() ? std::nullopt : time_of(sent);
    if (!sent_at) sent_at = batch_sent_at;
    if (!sent_at) return nullptr;
    out.time = received - (*sent_at - stamp.utc);
    static constexpr Micros first{-62'135'596'800'000'000}, end{253'402'300'800'000'000};  // years 0001 to 9999
    return out.time < first || out.time >= end ? "time_out_of_range" : nullptr;
  }
};

// --- the body ---

/// What simdjson refuses as a whole though only one value is odd: numbers beyond 64 bits get an exponent, halves of
/// surrogate pairs become U+FFFD. Cost: one pass; taken only after a refusal.
std::string mended(std::string_view json) {
  const auto surrogate = [&](size_t at) -> unsigned {
    unsigned value = 0;
    if (at + 6 > json.size() || json[at] != '\\' || json[at + 1] != 'u') return 0;
    if (std::from_chars(json.data() + at + 2, json.data() + at + 6, value, 16).ptr != json.data() + at + 6) return 0;
    return value >= 0xD800 && value <= 0xDFFF ? value : 0;
  };
  std::string out;
  out.reserve(json.size() + 64);
  bool in_text = false;
  for (size_t i = 0; i < json.size();) {
    const char c = json[i];
    if (in_text && c == '\\') {
      if (const unsigned half = surrogate(i)) {
        const bool pair = half < 0xDC00 && surrogate(i + 6) >= 0xDC00;
        out += pair ? json.substr(i, 12) : std::string_view("\\ufffd");
        i += pair ? 12 : 6;
      } else {
        out += json.substr(i, 2);
        i += 2;
      }
      continue;
    }
    if (c == '"') in_text = !in_text;
    if (!in_text && (std::isdigit(static_cast<unsigned char>(c)))) {
      size_t end = i;
      while (end < json.size() && std::isdigit(static_cast<unsigned char>(json[end]))) ++end;
      out += json.substr(i, end - i);
      const char next = end < json.size() ? json[end] : ' ';
      const char before = i > 0 ? json[i - 1] : ' ';
      if (end - i >= 19 && next != '.' && next != 'e' && next != 'E' && before != '.' && before != 'e' && before != 'E' && before != '+') out += "e0";
      i = end;
      continue;
    }
    out += c;
    ++i;
  }
  return out;
}

Result<dom::element> parse(dom::parser& parser, std::string& body) {
  const auto once = [&](dom::element& to) {
    body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
    return parser.parse(body.data(), body.size(), false).get(to);
  };
  dom::element root;
  auto failed = once(root);
  if (failed == simdjson::NUMBER_ERROR || failed == simdjson::STRING_ERROR) {
    body = mended(body);
    failed = once(root);
  }
  switch (failed) {
    case simdjson::SUCCESS: return root;
    case simdjson::UTF8_ERROR: return Error::invalid("invalid_utf8", "", "a byte of the body is not UTF-8");
    case simdjson::DEPTH_ERROR: return Error::invalid("json_too_deep", "", "too many objects within objects");
    default: return Error::invalid("invalid_json", "", simdjson::error_message(failed));
  }
}
}  // namespace

std::optional<TrackingCall> tracking_call(std::string_view word) {
  for (size_t i = 0; i < call_words.size(); ++i)
    if (call_words[i] == word) return static_cast<TrackingCall>(i);
  return std::nullopt;
}

Result<TrackingBody> read_tracking(std::string body, std::optional<TrackingCall> call, Micros received, bool historical,
                                   const TrackingLimits& limits) {
  thread_local dom::parser parser;
  thread_local size_t depth = 0;
  if (depth != limits.depth_max || parser.capacity() < body.size() + body.size() / 16) {
    // Room for what mending adds.
    if (parser.allocate(std::max<size_t>(body.size() + body.size() / 16 + 64, 64 * 1024), limits.depth_max))
      return Error::make(ErrorKind::unavailable, "hub_busy", "no memory for this body");
    depth = limits.depth_max;
  }
  const dom::element root = TRY(parse(parser, body));
  dom::object object;
  if (root.get(object)) return Error::invalid("not_an_object", "", "a JSON object is expected");

  static const StampReader stamps(TimeLayout::iso, Zone::utc(), received);
  Reading reading{limits, stamps, received, historical, std::nullopt, std::nullopt};
  TrackingBody out;
  const auto take = [&](dom::element item, size_t index) {
    dom::object one;
    const char* problem = "not_an_object";
    TrackingEvent event;
    if (!item.get(one)) problem = weight(item) > limits.event_bytes_max ? "event_too_large" : reading.read(one, call, event, out.write_key);
    event.index = index;
    if (problem)
      out.rejected.push_back({index, problem});
    else
      out.events.push_back(std::move(event));
  };
  if (call) {
    take(root, 0);
    return out;
  }
  dom::array batch;
  if (object["batch"].get(batch)) return Error::invalid("no_batch", "/batch", "an array of events is expected");
  if (batch.size() > limits.events_max) return Error::invalid("too_many_events", "/batch", "at most " + std::to_string(limits.events_max));
  if (dom::element value; !object["writeKey"].get(value)) out.write_key = raw_text(value);
  if (dom::element value; !object["sentAt"].get(value)) reading.batch_sent_at = raw_text(value).empty() ? std::nullopt : reading.time_of(raw_text(value));
  if (dom::object value; !object["context"].get(value)) reading.batch_context = value;
  out.events.reserve(batch.size());
  size_t index = 0;
  for (const auto item : batch) take(item, index++);
  return out;
}

}  // namespace lotse::formats
