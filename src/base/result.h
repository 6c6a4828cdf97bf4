#pragma once
#include <expected>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace lotse {

/// What kind of failure it is; the HTTP edge turns it into a status, the command line into an exit code.
enum class ErrorKind {
  invalid,          ///< the caller's input is wrong; `field` says where           422 / exit 2
  unauthenticated,  ///< nobody, or an expired session                             401 / exit 3
  forbidden,        ///< known, but not allowed                                    403 / exit 3
  not_found,        ///< no such thing, or not in this workspace                   404 / exit 4
  conflict,         ///< it exists already, or its state does not allow this       409 / exit 5
  stale,            ///< somebody else changed it first                            412 / exit 5
  too_large,        ///< beyond a stated limit                                     413 / exit 2
  limited,          ///< too many attempts; try later                              429 / exit 6
  unavailable,      ///< a needed part is down or full (disk, lock, remote)        503 / exit 6
  cancelled,        ///< the caller asked to stop; no partial result               499 / exit 7
  internal,         ///< a defect or a broken file; logged with an incident number 500 / exit 70
};

struct FieldError {
  std::string field;   ///< JSON pointer into the request
  std::string code;    ///< stable, like Error::code
  std::string detail;  ///< English, for logs
};

/// A failure that a caller can meet in normal life. `code` is stable: the API's `code` and the key of its German and
/// English text in api/problems.json (a test checks that each code used in src/ has its texts).
struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string code;
  std::string field;   ///< JSON pointer into the request, or empty
  std::string detail;  ///< English, for logs: what was seen, what was wanted
  std::vector<FieldError> more = {};

  static Error invalid(std::string code, std::string field, std::string detail = {}) {
    return {ErrorKind::invalid, std::move(code), std::move(field), std::move(detail)};
  }
  static Error make(ErrorKind kind, std::string code, std::string detail = {}) {
    return {kind, std::move(code), {}, std::move(detail)};
  }
};

template <class T = void>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
  Result(Error error) : std::expected<T, Error>(std::unexpected(std::move(error))) {}
};

struct Bug : std::logic_error {
  using std::logic_error::logic_error;
};

/// A defect: something that cannot happen happened. Caught once around each request and each job.
[[noreturn]] void bug(const char* what, const char* file, int line);

namespace detail {
template <class R>
decltype(auto) take(R&& r) {
  if constexpr (!std::is_void_v<typename std::remove_cvref_t<R>::value_type>) return *std::forward<R>(r);
}
}  // namespace detail
}  // namespace lotse

/// Gives the value of a Result, or returns its error from the enclosing function.
#define TRY(expression) LOTSE_TRY_(expression, LOTSE_JOIN_(try_result_, __COUNTER__))
#define LOTSE_JOIN_(a, b) LOTSE_JOIN_NOW_(a, b)
#define LOTSE_JOIN_NOW_(a, b) a##b
#define LOTSE_TRY_(expression, name)                                   \
  ({                                                                   \
    auto&& name = (expression);                                        \
    if (!name.has_value()) [[unlikely]]                                \
      return ::lotse::Error(std::move(name.error()));                  \
    ::lotse::detail::take(std::move(name));                            \
  })

namespace lotse {
/// What must hold here; throws Bug (aborts in checked builds).
inline void ensure(bool condition, const char* what, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
  if (!condition) [[unlikely]] ::lotse::bug(what, file, line);
}
}  // namespace lotse
