#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "base/result.h"

/// One description of a struct, from which come: reading JSON (unknown fields are errors, each with its JSON pointer),
/// writing JSON, and the OpenAPI schema.
///
///   struct Step {
///     std::string touchpoint;
///     uint64_t instances = 0;
///     static constexpr auto describe() {
///       return json_object("FunnelStep", field("touchpoint", &Step::touchpoint, "public id"),
///                          field("instances", &Step::instances, "that reached this step"));
///     }
///   };
///   enum class Mode { ordered, strict };
///   constexpr auto describe(Mode) { return json_enum("FunnelMode", value(Mode::ordered, "ordered"), …); }
///
/// Reading: `field` is required unless its type is optional, vector or map; `defaulted` may be absent and keeps the
/// value of the struct's initialiser. Writing: an empty optional is left out.
namespace lotse {

template <class T, class M>
struct Field {
  std::string_view name;
  M T::*member;
  std::string_view doc;
  bool has_default;
};
template <class T, class M>
constexpr Field<T, M> field(std::string_view name, M T::*member, std::string_view doc) {
  return {name, member, doc, false};
}
template <class T, class M>
constexpr Field<T, M> defaulted(std::string_view name, M T::*member, std::string_view doc) {
  return {name, member, doc, true};
}

template <class... F>
struct ObjectDescription {
  std::string_view name;
  std::tuple<F...> fields;
};
template <class... F>
constexpr ObjectDescription<F...> json_object(std::string_view name, F... fields) {
  return {name, std::tuple<F...>(fields...)};
}

template <class E>
struct EnumValue {
  E value;
  std::string_view name;
};
template <class E>
constexpr EnumValue<E> value(E v, std::string_view name) {
  return {v, name};
}
template <class E, size_t N>
struct EnumDescription {
  std::string_view name;
  std::array<EnumValue<E>, N> values;
};
template <class E, class... V>
constexpr EnumDescription<E, 1 + sizeof...(V)> json_enum(std::string_view name, EnumValue<E> first, V... rest) {
  return {name, {first, rest...}};
}

template <class T>
concept Described = requires { T::describe(); };
template <class T>
concept DescribedEnum = std::is_enum_v<T> && requires(T t) { describe(t); };

namespace json_detail {
template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};
template <class T>
struct is_map : std::false_type {};
template <class T>
struct is_map<std::map<std::string, T>> : std::true_type {};
template <class T>
constexpr bool may_be_absent = is_optional<T>::value || is_vector<T>::value || is_map<T>::value;

inline std::string pointer(const std::string& base, std::string_view part) {
  std::string out = base + "/";
  for (char c : part) c == '~' ? out += "~0" : c == '/' ? out += "~1" : out += c;
  return out;
}
}  // namespace json_detail

/// The enum's JSON word.
template <DescribedEnum E>
std::string_view word(E e) {
  for (const auto& v : describe(e).values)
    if (v.value == e) return v.name;
  return "unknown";
}
/// The enum value of a JSON word, if there is one.
template <DescribedEnum E>
std::optional<E> from_word(std::string_view name) {
  for (const auto& v : describe(E{}).values)
    if (v.name == name) return v.value;
  return std::nullopt;
}

template <class T>
nlohmann::json to_json(const T& v) {
  using json = nlohmann::json;
  if constexpr (Described<T>) {
    json out = json::object();
    std::apply(
        [&](const auto&... f) {
          (([&] {
             const auto& m = v.*(f.member);
             if constexpr (json_detail::is_optional<std::remove_cvref_t<decltype(m)>>::value) {
               if (m) out[std::string(f.name)] = to_json(*m);
             } else {
               out[std::string(f.name)] = to_json(m);
             }
           }()),
           ...);
        },
        T::describe().fields);
    return out;
  } else if constexpr (DescribedEnum<T>) {
    return std::string(word(v));
  } else if constexpr (json_detail::is_optional<T>::value) {
    return v ? to_json(*v) : json(nullptr);
  } else if constexpr (json_detail::is_vector<T>::value) {
    json out = json::array();
    for (const auto& e : v) out.push_back(to_json(e));
    return out;
  } else if constexpr (json_detail::is_map<T>::value) {
    json out = json::object();
    for (const auto& [k, e] : v) out[k] = to_json(e);
    return out;
  } else {
    return json(v);
  }
}

namespace json_detail {
using Problems = std::vector<FieldError>;
inline void problem(Problems& out, const std::string& at, const char* code, std::string detail) {
  if (out.size() < 50) out.push_back({at, code, std::move(detail)});
}

template <class T>
void read(const nlohmann::json& in, T& out, const std::string& at, Problems& problems) {
  if constexpr (Described<T>) {
    if (!in.is_object()) return problem(problems, at, "not_an_object", "a JSON object is expected");
    constexpr auto description = T::describe();
    std::apply(
        [&](const auto&... f) {
          (([&] {
             auto& m = out.*(f.member);
             using M = std::remove_cvref_t<decltype(m)>;
             const auto it = in.find(f.name);
             if (it == in.end() || (it->is_null() && is_optional<M>::value)) {
               if (!f.has_default && !may_be_absent<M>)
                 problem(problems, pointer(at, f.name), "required", "this field is required");
               return;
             }
             read(*it, m, pointer(at, f.name), problems);
           }()),
           ...);
        },
        description.fields);
    for (const auto& [key, unused] : in.items()) {
      const bool known = std::apply([&](const auto&... f) { return ((f.name == key) || ...); }, description.fields);
      if (!known) problem(problems, pointer(at, key), "unknown_field", "this field is not known here");
    }
  } else if constexpr (DescribedEnum<T>) {
    if (in.is_string())
      if (auto e = from_word<T>(in.template get_ref<const std::string&>())) {
        out = *e;
        return;
      }
    problem(problems, at, "not_a_choice", "one of the listed words is expected");
  } else if constexpr (is_optional<T>::value) {
    if (in.is_null()) {
      out.reset();
      return;
    }
    read(in, out.emplace(), at, problems);
  } else if constexpr (is_vector<T>::value) {
    if (!in.is_array()) return problem(problems, at, "not_a_list", "a JSON array is expected");
    out.clear();
    size_t i = 0;
    for (const auto& e : in) {
      typename T::value_type item{};
      read(e, item, at + "/" + std::to_string(i++), problems);
      out.push_back(std::move(item));
    }
  } else if constexpr (is_map<T>::value) {
    if (!in.is_object()) return problem(problems, at, "not_an_object", "a JSON object is expected");
    for (const auto& [key, e] : in.items()) read(e, out[key], pointer(at, key), problems);
  } else if constexpr (std::is_same_v<T, nlohmann::json>) {
    out = in;
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!in.is_boolean()) return problem(problems, at, "not_a_boolean", "true or false is expected");
    out = in.template get<bool>();
  } else if constexpr (std::is_integral_v<T>) {
    const bool fits = in.is_number_unsigned()
                          ? std::in_range<T>(in.template get<uint64_t>())
                          : in.is_number_integer() && std::in_range<T>(in.template get<int64_t>());
    if (!fits) return problem(problems, at, "not_an_integer", "a whole number in range is expected");
    out = in.template get<T>();
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!in.is_number()) return problem(problems, at, "not_a_number", "a number is expected");
    out = in.template get<T>();
  } else {
    static_assert(std::is_same_v<T, std::string>, "this type has no JSON form");
    if (!in.is_string()) return problem(problems, at, "not_a_text", "a text is expected");
    out = in.template get<std::string>();
  }
}
}  // namespace json_detail

/// Reads a described value. The error's `more` lists every problem found (at most 50).
template <class T>
Result<T> from_json(const nlohmann::json& in) {
  T out{};
  json_detail::Problems problems;
  json_detail::read(in, out, "", problems);
  if (problems.empty()) return out;
  Error error = Error::invalid("invalid_request", problems.front().field, problems.front().detail);
  error.more = std::move(problems);
  return error;
}

/// Parses text and reads a described value from it.
template <class T>
Result<T> parse_json(std::string_view text) {
  const auto in = nlohmann::json::parse(text, nullptr, false);
  if (in.is_discarded()) return Error::invalid("invalid_json", "", "the body is not JSON");
  return from_json<T>(in);
}

/// The OpenAPI 3.1 schema of T. Named types are put into `components` (components/schemas) and referred to.
template <class T>
nlohmann::json json_schema(nlohmann::json& components) {
  using json = nlohmann::json;
  if constexpr (Described<T>) {
    const auto description = T::describe();
    const std::string name(description.name);
    if (!components.contains(name)) {
      components[name] = json::object();  // stops recursion
      json properties = json::object(), required = json::array();
      std::apply(
          [&](const auto&... f) {
            (([&] {
               using M = std::remove_cvref_t<decltype(std::declval<T>().*(f.member))>;
               json schema = json_schema<M>(components);
               if (!f.doc.empty()) schema["description"] = std::string(f.doc);
               properties[std::string(f.name)] = std::move(schema);
               if (!f.has_default && !json_detail::is_optional<M>::value) required.push_back(std::string(f.name));
             }()),
             ...);
          },
          description.fields);
      json schema = {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
      if (!required.empty()) schema["required"] = required;
      components[name] = std::move(schema);
    }
    return {{"$ref", "#/components/schemas/" + name}};
  } else if constexpr (DescribedEnum<T>) {
    const auto description = describe(T{});
    const std::string name(description.name);
    json words = json::array();
    for (const auto& v : description.values) words.push_back(std::string(v.name));
    components[name] = {{"type", "string"}, {"enum", words}};
    return {{"$ref", "#/components/schemas/" + name}};
  } else if constexpr (json_detail::is_optional<T>::value) {
    return json_schema<typename T::value_type>(components);
  } else if constexpr (json_detail::is_vector<T>::value) {
    return {{"type", "array"}, {"items", json_schema<typename T::value_type>(components)}};
  } else if constexpr (json_detail::is_map<T>::value) {
    return {{"type", "object"}, {"additionalProperties", json_schema<typename T::mapped_type>(components)}};
  } else if constexpr (std::is_same_v<T, nlohmann::json>) {
    return json::object();
  } else if constexpr (std::is_same_v<T, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (std::is_integral_v<T>) {
    return {{"type", "integer"}};
  } else if constexpr (std::is_floating_point_v<T>) {
    return {{"type", "number"}};
  } else {
    return {{"type", "string"}};
  }
}

}  // namespace lotse
