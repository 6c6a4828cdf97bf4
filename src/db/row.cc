#include "db/database.h"

namespace lotse::db {

int64_t Row::integer(size_t column) const {
  const auto* v = std::get_if<int64_t>(&values_.at(column));
  ensure(v != nullptr, "the column holds a whole number");
  return *v;
}

double Row::real(size_t column) const {
  if (const auto* v = std::get_if<int64_t>(&values_.at(column))) return static_cast<double>(*v);
  const auto* v = std::get_if<double>(&values_.at(column));
  ensure(v != nullptr, "the column holds a number");
  return *v;
}

std::string Row::text(size_t column) const {
  const auto* v = std::get_if<std::string>(&values_.at(column));
  ensure(v != nullptr, "the column holds a text");
  return *v;
}

std::optional<std::string> Row::optional_text(size_t column) const {
  if (is_null(column)) return std::nullopt;
  return text(column);
}

std::optional<int64_t> Row::optional_integer(size_t column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

}  // namespace lotse::db
