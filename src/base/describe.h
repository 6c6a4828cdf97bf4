#pragma once
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
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
///
/// The templates here only make tables (which field lies where and what its type can do); the work on them is compiled
/// once, in describe.cc, since nearly every file of the services and the edge includes this.
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

namespace json_detail {
template <size_t I, class F>
struct Place {
  F field;
};
/// What std::tuple would be, without its constraints: they cost the compiler seconds in files with many structs.
template <class Indices, class... F>
struct Fields;
template <size_t... I, class... F>
struct Fields<std::index_sequence<I...>, F...> : Place<I, F>... {
  template <class Visit>
  constexpr void each(Visit visit) const {
    (visit(static_cast<const Place<I, F>&>(*this).field), ...);
  }
};
}  // namespace json_detail

template <class... F>
struct ObjectDescription {
  std::string_view name;
  json_detail::Fields<std::index_sequence_for<F...>, F...> fields;
};
template <class... F>
constexpr ObjectDescription<F...> json_object(std::string_view name, F... fields) {
  return {name, {{fields}...}};
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

namespace json_detail {
using Json = nlohmann::json;
using Problems = std::vector<FieldError>;

/// What can be done with values of one type.
struct Type {
  void (*write)(const void* value, Json& out);
  void (*read)(const Json& in, void* value, const std::string& at, Problems& problems);
  Json (*schema)(Json& components);
  bool (*absent)(const void* value) = nullptr;  ///< of an optional
  bool may_be_absent = false;
};
struct FieldInfo {
  std::string_view name, doc;
  const Type* type;
  size_t offset;
  bool has_default;
};
struct ObjectInfo {
  std::string_view name;
  std::vector<FieldInfo> fields;
};

void problem(Problems& out, const std::string& at, const char* code, std::string detail);
void write_object(const ObjectInfo& object, const void* value, Json& out);
void read_object(const ObjectInfo& object, const Json& in, void* value, const std::string& at, Problems& problems);
Json object_schema(const ObjectInfo& object, Json& components);
void write_text(std::string_view text, Json& out);
const std::string* text_of(const Json& in);  ///< none where it is not a text
Json enum_schema(std::string_view name, std::span<const std::string_view> words, Json& components);
/// `count` values of `type`, `stride` bytes apart.
void write_list(const Type& type, const void* values, size_t count, size_t stride, Json& out);
/// Where `in` is a list: calls `add` for each, which gives the place to read into.
void read_list(const Type& type, const Json& in, void* list, void* (*add)(void* list), const std::string& at, Problems& problems);
void read_map(const Type& type, const Json& in, void* map, void* (*add)(void* map, const std::string& key), const std::string& at, Problems& problems);
void put(Json& object, const std::string& key, const Type& type, const void* value);
void make_object(Json& out);
Json list_schema(Json&& items);
Json map_schema(Json&& values);
Result<Json> parse(std::string_view text);
std::string dump(const Json& value);
Error all_of(Problems&& problems);

/// bool, whole and floating numbers, texts, any JSON: defined in describe.cc for the types that have a JSON form.
template <class T>
struct Plain {
  static void write(const void* value, Json& out);
  static void read(const Json& in, void* value, const std::string& at, Problems& problems);
  static Json schema(Json& components);
  static constexpr Type type = {&write, &read, &schema};
};

template <class T>
struct Kind : Plain<T> {};
template <class T>
constexpr const Type& type_of() {
  return Kind<T>::type;
}

template <Described T>
struct Kind<T> {
  static const ObjectInfo& object() {
    static const ObjectInfo info = [] {
      constexpr auto description = T::describe();
      ObjectInfo made{description.name, {}};
      alignas(T) std::byte storage[sizeof(T)];  // no object: only the distance of a member from its beginning is asked
      description.fields.each([&]<class C, class M>(const Field<C, M>& f) {
        M T::*const member = f.member;
        const auto* at = reinterpret_cast<const std::byte*>(&(reinterpret_cast<const T*>(storage)->*member));
        made.fields.push_back({f.name, f.doc, &type_of<M>(), static_cast<size_t>(at - storage), f.has_default});
      });
      return made;
    }();
    return info;
  }
  static void write(const void* value, Json& out) { write_object(object(), value, out); }
  static void read(const Json& in, void* value, const std::string& at, Problems& problems) { read_object(object(), in, value, at, problems); }
  static Json schema(Json& components) { return object_schema(object(), components); }
  static constexpr Type type = {&write, &read, &schema};
};
template <DescribedEnum T>
struct Kind<T> {
  static void write(const void* value, Json& out) { write_text(word(*static_cast<const T*>(value)), out); }
  static void read(const Json& in, void* value, const std::string& at, Problems& problems) {
    if (const std::string* text = text_of(in))
      if (const auto e = from_word<T>(*text)) {
        *static_cast<T*>(value) = *e;
        return;
      }
    problem(problems, at, "not_a_choice", "one of the listed words is expected");
  }
  static Json schema(Json& components) {
    constexpr auto description = describe(T{});
    std::array<std::string_view, description.values.size()> words;
    for (size_t i = 0; i < words.size(); ++i) words[i] = description.values[i].name;
    return enum_schema(description.name, words, components);
  }
  static constexpr Type type = {&write, &read, &schema};
};
template <class T>
struct Kind<std::optional<T>> {
  using Value = std::optional<T>;
  static void write(const void* value, Json& out) {
    if (const auto& v = *static_cast<const Value*>(value)) type_of<T>().write(&*v, out);
  }
  static void read(const Json& in, void* value, const std::string& at, Problems& problems) {
    auto& v = *static_cast<Value*>(value);
    if (in.is_null()) v.reset();
    else type_of<T>().read(in, &v.emplace(), at, problems);
  }
  static Json schema(Json& components) { return type_of<T>().schema(components); }
  static bool absent(const void* value) { return !*static_cast<const Value*>(value); }
  static constexpr Type type = {&write, &read, &schema, &absent, true};
};
template <class T>
struct Kind<std::vector<T>> {
  static_assert(!std::is_same_v<T, bool>, "std::vector<bool> has no elements to point to");
  using Value = std::vector<T>;
  static void write(const void* value, Json& out) {
    const auto& v = *static_cast<const Value*>(value);
    write_list(type_of<T>(), v.data(), v.size(), sizeof(T), out);
  }
  static void read(const Json& in, void* value, const std::string& at, Problems& problems) {
    static_cast<Value*>(value)->clear();
    read_list(type_of<T>(), in, value, [](void* list) -> void* { return &static_cast<Value*>(list)->emplace_back(); }, at, problems);
  }
  static Json schema(Json& components) { return list_schema(type_of<T>().schema(components)); }
  static constexpr Type type = {&write, &read, &schema, nullptr, true};
};
template <class T>
struct Kind<std::map<std::string, T>> {
  using Value = std::map<std::string, T>;
  static void write(const void* value, Json& out) {
    make_object(out);
    for (const auto& [key, v] : *static_cast<const Value*>(value)) put(out, key, type_of<T>(), &v);
  }
  static void read(const Json& in, void* value, const std::string& at, Problems& problems) {
    read_map(type_of<T>(), in, value, [](void* map, const std::string& key) -> void* { return &(*static_cast<Value*>(map))[key]; }, at, problems);
  }
  static Json schema(Json& components) { return map_schema(type_of<T>().schema(components)); }
  static constexpr Type type = {&write, &read, &schema, nullptr, true};
};
}  // namespace json_detail

template <class T>
nlohmann::json to_json(const T& v) {
  nlohmann::json out;
  json_detail::type_of<T>().write(&v, out);
  return out;
}

/// As text, without blanks.
template <class T>
std::string json_text(const T& v) {
  return json_detail::dump(to_json(v));
}

/// Reads a described value. The error's `more` lists every problem found (at most 50).
template <class T>
Result<T> from_json(const nlohmann::json& in) {
  T out{};
  json_detail::Problems problems;
  json_detail::type_of<T>().read(in, &out, "", problems);
  if (problems.empty()) return out;
  return json_detail::all_of(std::move(problems));
}

/// Parses text and reads a described value from it.
template <class T>
Result<T> parse_json(std::string_view text) {
  const auto in = json_detail::parse(text);
  if (!in) return in.error();
  return from_json<T>(*in);
}

/// The OpenAPI 3.1 schema of T. Named types are put into `components` (components/schemas) and referred to.
template <class T>
nlohmann::json json_schema(nlohmann::json& components) {
  return json_detail::type_of<T>().schema(components);
}

}  // namespace lotse
