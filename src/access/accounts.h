#pragma once
#include <string>
#include <string_view>

#include "access/caller.h"
#include "access/types.h"
#include "base/result.h"
#include "base/time.h"
#include "db/database.h"

/// People and their sessions.
namespace lotse::access {

/// Threads: all functions from any thread.
class Accounts {
 public:
  Accounts(db::Database& database, Clock& clock) : database_(database), clock_(clock) {}

  struct SignedIn {
    std::string session_token;  ///< goes into the cookie; only its hash is stored
    std::string user;           ///< us_…
  };
  /// errors  wrong_credentials (unauthenticated; the same for an unknown e-mail, after the same work),
  ///         too_many_attempts (limited; 5 wrong ones for an e-mail or 20 from an address within 15 minutes),
  ///         too_busy (unavailable; too many sign-ins are waiting)
  /// cost    one argon2id hash, about 100 ms and 64 MiB; at most two run at once
  Result<SignedIn> sign_in(const SignInRequest& request, std::string_view address);
  Result<void> sign_out(const Caller& caller);

  /// Who a session token stands for. Prolongs the session: 12 h from its last use, at most 30 days from its begin.
  /// errors  not_signed_in
  Result<Caller> caller(std::string_view session_token);

  Result<Me> me(const Caller& caller);
  /// errors  invalid_name, invalid_language, invalid_theme
  Result<Me> change(const Caller& caller, const MePatch& patch);
  /// Ends all other sessions of the person.
  /// errors  wrong_password (/current), password_too_short, password_too_long, password_same (/next)
  Result<void> change_password(const Caller& caller, const PasswordChange& change);

 private:
  Result<Micros> begin_attempt(const std::string& email, const std::string& address);
  Result<void> forget_attempts(const std::string& email, const std::string& address, Micros at);
  db::Database& database_;
  Clock& clock_;
};

}  // namespace lotse::access
