#include "connect/detail/hook_template.h"

#include <algorithm>
#include <charconv>

namespace lotse::connect::detail {

namespace {
constexpr size_t template_bytes_max = 2'000, joined_max = 20;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

std::string clean(std::string_view text) {
  std::string out(trimmed(text));
  for (char& c : out)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  return out;
}

template <class N>
std::string number(N n) {
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, n).ptr);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return out;
}

Error bad(std::string detail) { return Error::invalid("bad_template", "", std::move(detail)); }
}  // namespace

std::optional<Pointer> pointer_of(std::string_view text) {
  Pointer out;
  if (text.empty()) return out;
  if (text.front() != '/') return std::nullopt;
  std::string token;
  for (size_t i = 1; i <= text.size(); ++i) {
    if (i == text.size() || text[i] == '/') {
      out.push_back(std::move(token));
      token.clear();
    } else if (text[i] == '~') {
      if (i + 1 >= text.size() || (text[i + 1] != '0' && text[i + 1] != '1')) return std::nullopt;
      token += text[++i] == '0' ? '~' : '/';
    } else {
      token += text[i];
    }
  }
  return out;
}

const nlohmann::json* find(const nlohmann::json& in, const Pointer& pointer) {
  const nlohmann::json* at = &in;
  for (const auto& token : pointer) {
    if (at->is_object()) {
      const auto next = at->find(token);
      if (next == at->end()) return nullptr;
      at = &*next;
    } else if (at->is_array()) {
      size_t index = 0;
      const auto [end, bad_number] = std::from_chars(token.data(), token.data() + token.size(), index);
      if (bad_number != std::errc{} || end != token.data() + token.size() || index >= at->size()) return nullptr;
      at = &(*at)[index];
    } else {
      return nullptr;
    }
  }
  return at;
}

std::string text_of(const nlohmann::json& value) {
  switch (value.type()) {
    case nlohmann::json::value_t::string: return clean(value.get_ref<const std::string&>());
    case nlohmann::json::value_t::boolean: return value.get<bool>() ? "true" : "false";
    case nlohmann::json::value_t::number_integer: return number(value.get<int64_t>());
    case nlohmann::json::value_t::number_unsigned: return number(value.get<uint64_t>());
    case nlohmann::json::value_t::number_float: return number(value.get<double>());
    case nlohmann::json::value_t::array: {
      std::string out;
      size_t joined = 0;
      for (const auto& inner : value) {
        if (inner.is_structured() || ++joined > joined_max) continue;
        const std::string one = text_of(inner);
        if (!one.empty()) out += (out.empty() ? "" : ", ") + one;
      }
      return out;
    }
    default: return {};
  }
}

Result<Template> Template::parse(std::string_view text) {
  if (text.size() > template_bytes_max) return bad("longer than 2,000 bytes");
  Template out;
  Part part;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c == '{' || c == '}') && i + 1 < text.size() && text[i + 1] == c) {
      part.text += c;
      ++i;
      continue;
    }
    if (c == '}') return bad("a } without a {; write }} for a brace");
    if (c != '{') {
      part.text += c;
      continue;
    }
    const size_t begin = i + 1;
    bool quoted = false;
    size_t from = begin;
    const auto take = [&](std::string_view word) -> Result<void> {
      word = trimmed(word);
      Alternative one;
      if (word == "received") {
        one.from = From::received;
      } else if (word.size() >= 2 && word.front() == '\'' && word.back() == '\'') {
        one.text = word.substr(1, word.size() - 2);
      } else if (word.starts_with('@') && word.size() > 1) {
        one.from = From::header;
        one.text = lower(word.substr(1));
      } else {
        one.from = word.starts_with('^') ? From::body : From::item;
        if (one.from == From::body) word.remove_prefix(1);
        auto pointer = pointer_of(word);
        if (!pointer || (word.empty() && one.from == From::item))
          return bad("in { } stand /pointer, ^/pointer, @header, 'text' or received, not \"" + std::string(word.substr(0, 60)) + "\"");
        one.pointer = std::move(*pointer);
      }
      part.alternatives.push_back(std::move(one));
      return {};
    };
    for (++i; i < text.size() && (quoted || text[i] != '}'); ++i) {
      if (text[i] == '\'') quoted = !quoted;
      if (text[i] == '|' && !quoted) {
        TRY(take(text.substr(from, i - from)));
        from = i + 1;
      }
    }
    if (i >= text.size()) return bad(quoted ? "a ' without its second" : "a { without its }; write {{ for a brace");
    TRY(take(text.substr(from, i - from)));
    out.parts_.push_back(std::move(part));
    part = {};
  }
  if (!part.text.empty()) out.parts_.push_back(std::move(part));
  return out;
}

std::string Template::fill(const TemplateValues& values) const {
  std::string out;
  bool places = false, found = false;
  for (const auto& part : parts_) {
    out += part.text;
    places = places || !part.alternatives.empty();
    for (const auto& one : part.alternatives) {
      std::string text;
      switch (one.from) {
        case From::text: text = one.text; break;
        case From::received: text = iso_utc(values.input.received); break;
        case From::header: text = clean(values.input.header(one.text)); break;
        case From::item:
        case From::body:
          if (const auto* value = find(one.from == From::item ? values.item : values.input.body, one.pointer)) text = text_of(*value);
          break;
      }
      if (text.empty()) continue;
      found = true;
      out += text;
      break;
    }
  }
  if (places && !found) return {};
  return std::string(trimmed(out));
}

}  // namespace lotse::connect::detail
