#include "db/database.h"

#include <algorithm>

#include "db/detail/session_base.h"

namespace lotse::db {

int64_t Row::integer(size_t column) const {
  const auto& value = values_.at(column);
  if (const auto* v = std::get_if<int64_t>(&value)) return *v;
  ensure(std::holds_alternative<double>(value), "the column holds an integer");
  return static_cast<int64_t>(std::get<double>(value));
}
double Row::real(size_t column) const {
  const auto& value = values_.at(column);
  if (const auto* v = std::get_if<double>(&value)) return *v;
  ensure(std::holds_alternative<int64_t>(value), "the column holds a number");
  return static_cast<double>(std::get<int64_t>(value));
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

namespace detail {
namespace {
thread_local bool in_transaction = false;
constexpr std::string_view workspace_parameter = ":workspace_id";
}  // namespace

OneTransaction::OneTransaction() {
  ensure(!in_transaction, "no transaction is begun inside another one of the same thread");
  in_transaction = true;
}
OneTransaction::~OneTransaction() { in_transaction = false; }

Result<SessionBase::Outcome> SessionBase::checked(const Statement& statement, std::initializer_list<Param> params) {
  if (failure_) return *failure_;
  const auto* names = TRY(prepare(statement));
  const bool names_workspace = std::find(names->begin(), names->end(), workspace_parameter) != names->end();
  ensure(names_workspace == (workspace_ != nullptr), workspace_ ? "a workspace's statement names :workspace_id"
                                                               : "a system statement does not name :workspace_id");
  std::vector<Value> values;
  values.reserve(names->size());
  for (const auto& name : *names) {
    if (name == workspace_parameter) {
      values.emplace_back(workspace_->value);
      continue;
    }
    const auto given = std::find_if(params.begin(), params.end(), [&](const Param& p) { return p.name == name; });
    ensure(given != params.end(), "each parameter of a statement is given");
    values.push_back(given->value);
  }
  ensure(params.size() + (names_workspace ? 1 : 0) == names->size(), "each given parameter stands in the statement");
  return run(statement, values);
}

Result<std::vector<Row>> SessionBase::query(const Statement& statement, std::initializer_list<Param> params) {
  auto outcome = checked(statement, params);
  if (!outcome) {
    failure_ = outcome.error();
    return std::move(outcome.error());
  }
  return std::move(outcome->rows);
}

Result<int64_t> SessionBase::execute(const Statement& statement, std::initializer_list<Param> params) {
  auto outcome = checked(statement, params);
  if (!outcome) {
    failure_ = outcome.error();
    return std::move(outcome.error());
  }
  return outcome->changed;
}

}  // namespace detail
}  // namespace lotse::db
