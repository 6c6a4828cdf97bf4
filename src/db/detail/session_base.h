#pragma once
#include <optional>
#include <string>
#include <vector>

#include "db/database.h"

namespace lotse::db::detail {

/// What both databases share: the workspace is bound here, parameters are checked against the statement's names, and
/// the first failure ends the transaction.
class SessionBase : public Session {
 public:
  explicit SessionBase(const WorkspaceId* workspace) : workspace_(workspace) {}
  Result<std::vector<Row>> query(const Statement& statement, std::initializer_list<Param> params) final;
  Result<int64_t> execute(const Statement& statement, std::initializer_list<Param> params) final;

  /// The failure that made this transaction unusable.
  const std::optional<Error>& failure() const { return failure_; }

 protected:
  struct Outcome {
    std::vector<Row> rows;
    int64_t changed = 0;
  };
  /// The statement's parameter names with their colon, in the order in which `run` wants the values.
  virtual Result<const std::vector<std::string>*> prepare(const Statement& statement) = 0;
  virtual Result<Outcome> run(const Statement& statement, const std::vector<Value>& values) = 0;

 private:
  Result<Outcome> checked(const Statement& statement, std::initializer_list<Param> params);
  const WorkspaceId* workspace_;
  std::optional<Error> failure_;
};

/// Refuses a transaction inside a transaction of the same thread: it could wait for itself for ever.
class OneTransaction {
 public:
  OneTransaction();
  ~OneTransaction();
  OneTransaction(const OneTransaction&) = delete;
  OneTransaction& operator=(const OneTransaction&) = delete;
};

}  // namespace lotse::db::detail
