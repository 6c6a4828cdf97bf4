#include "access/accounts.h"

#include "access/access_sql.h"
#include "access/detail/checks.h"
#include "access/detail/memberships.h"
#include "access/detail/password.h"
#include "base/ids.h"

namespace lotse::access {
namespace {
using namespace std::chrono_literals;
constexpr Micros idle_max = 12h, session_max = 24h * 30, noted_every = 1min, attempts_window = 15min;
constexpr int64_t failures_per_email = 5, failures_per_address = 20;

Error not_signed_in() { return Error::make(ErrorKind::unauthenticated, "not_signed_in"); }
}  // namespace

/// Notes an attempt before the password is looked at, so that attempts at the same moment count too.
Result<Micros> Accounts::begin_attempt(const std::string& email, const std::string& address) {
  const Micros now = clock_.now();
  TRY(database_.write_system([&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::failure_delete_old, {{":before", (now - attempts_window).count()}}));
    for (const auto& [subject, limit] : {std::pair(email, failures_per_email), std::pair(address, failures_per_address)}) {
      const auto count = TRY(session.query(sql::failure_count, {{":subject", subject}, {":after", (now - attempts_window).count()}}));
      if (count.at(0).integer(0) >= limit)
        return Error::make(ErrorKind::limited, "too_many_attempts", "too many wrong passwords within 15 minutes");
    }
    for (const auto& subject : {email, address}) TRY(session.execute(sql::failure_insert, {{":subject", subject}, {":now", now.count()}}));
    return {};
  }));
  return now;
}

Result<void> Accounts::forget_attempts(const std::string& email, const std::string& address, Micros at) {
  return database_.write_system([&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::failure_forget, {{":subject", email}}));
    TRY(session.execute(sql::failure_forget_one, {{":subject", address}, {":at", at.count()}}));
    return {};
  });
}

Result<Accounts::SignedIn> Accounts::sign_in(const SignInRequest& request, std::string_view address) {
  const auto wrong = [] { return Error::make(ErrorKind::unauthenticated, "wrong_credentials"); };
  const auto email = detail::checked_email(request.email, "/email");
  const std::string email_subject = "email:" + (email ? *email : std::string("invalid"));
  const std::string address_subject = "address:" + std::string(address);
  const Micros at = TRY(begin_attempt(email_subject, address_subject));
  const auto users = TRY(database_.read_system([&](db::Session& session) {
    return session.query(sql::user_by_email, {{":email", email ? *email : std::string()}});
  }));
  if (users.empty() || request.password.size() > 1000) {
    TRY(detail::pretend_to_check(request.password.substr(0, 1000)));
    return wrong();
  }
  if (!TRY(detail::password_fits(request.password, users[0].text(1)))) return wrong();
  TRY(forget_attempts(email_subject, address_subject, at));

  SignedIn signed_in{.session_token = random_token(32), .user = users[0].text(0)};
  const Micros now = clock_.now();
  TRY(database_.write_system([&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::session_delete_old,
                        {{":used_before", (now - idle_max).count()}, {":created_before", (now - session_max).count()}}));
    TRY(session.execute(sql::session_insert, {{":token_hash", detail::hash_of_secret(signed_in.session_token)},
                                              {":user_id", signed_in.user},
                                              {":csrf_token", random_token(24)},
                                              {":now", now.count()}}));
    TRY(session.execute(sql::user_seen, {{":now", now.count()}, {":id", signed_in.user}}));
    return {};
  }));
  return signed_in;
}

Result<void> Accounts::sign_out(const Caller& caller) {
  return database_.write_system([&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::session_delete, {{":token_hash", caller.session}}));
    return {};
  });
}

Result<Caller> Accounts::caller(std::string_view session_token) {
  if (session_token.empty()) return not_signed_in();
  const std::string hash = detail::hash_of_secret(session_token);
  const auto rows = TRY(database_.read_system([&](db::Session& session) {
    return session.query(sql::session_find, {{":token_hash", hash}});
  }));
  if (rows.empty()) return not_signed_in();
  const Micros now = clock_.now(), created{rows[0].integer(2)}, used{rows[0].integer(3)};
  if (now - used > idle_max || now - created > session_max) return not_signed_in();
  Caller caller;
  caller.principal = caller.user = rows[0].text(0);
  caller.session = hash;
  caller.csrf_token = rows[0].text(1);
  caller.operator_of_server = rows[0].integer(4) != 0;
  caller.must_change_password = rows[0].integer(5) != 0;
  if (now - used > noted_every)
    TRY(database_.write_system([&](db::Session& session) -> Result<void> {
      TRY(session.execute(sql::session_used, {{":now", now.count()}, {":token_hash", hash}}));
      TRY(session.execute(sql::user_seen, {{":now", now.count()}, {":id", caller.user}}));
      return {};
    }));
  return caller;
}

Result<Me> Accounts::me(const Caller& caller) {
  return database_.read_system([&](db::Session& session) -> Result<Me> {
    const auto rows = TRY(session.query(sql::user_by_id, {{":id", caller.user}}));
    if (rows.empty()) return not_signed_in();
    const auto& row = rows[0];
    return Me{.id = caller.user,
              .email = row.text(0),
              .name = row.text(1),
              .language = row.optional_text(2),
              .theme = row.optional_text(3),
              .operator_of_server = row.integer(4) != 0,
              .must_change_password = row.integer(5) != 0,
              .csrf_token = caller.csrf_token,
              .workspaces = TRY(detail::memberships(session, caller.user))};
  });
}

Result<Me> Accounts::change(const Caller& caller, const MePatch& patch) {
  std::optional<std::string> name;
  if (patch.name) name = TRY(detail::checked_name(*patch.name, "/name"));
  if (patch.language && *patch.language != "auto") TRY(detail::check_language(*patch.language, "/language"));
  if (patch.theme && *patch.theme != "auto" && *patch.theme != "light" && *patch.theme != "dark")
    return Error::invalid("invalid_theme", "/theme", "light, dark or auto");
  const auto chosen = [](const std::optional<std::string>& wanted, std::optional<std::string> now) {
    if (!wanted) return now;
    return *wanted == "auto" ? std::nullopt : wanted;
  };
  TRY(database_.write_system([&](db::Session& session) -> Result<void> {
    const auto rows = TRY(session.query(sql::user_by_id, {{":id", caller.user}}));
    if (rows.empty()) return not_signed_in();
    TRY(session.execute(sql::user_change, {{":name", name ? *name : rows[0].text(1)},
                                           {":language", chosen(patch.language, rows[0].optional_text(2))},
                                           {":theme", chosen(patch.theme, rows[0].optional_text(3))},
                                           {":id", caller.user}}));
    return {};
  }));
  return me(caller);
}

Result<void> Accounts::change_password(const Caller& caller, const PasswordChange& change) {
  TRY(detail::check_password(change.next, "/next"));
  if (change.next == change.current) return Error::invalid("password_same", "/next", "the new password is the old one");
  const auto rows = TRY(database_.read_system([&](db::Session& session) { return session.query(sql::password_of, {{":id", caller.user}}); }));
  if (rows.empty()) return not_signed_in();
  const std::string subject = "password:" + caller.user;
  const Micros at = TRY(begin_attempt(subject, subject));
  if (change.current.size() > 1000 || !TRY(detail::password_fits(change.current, rows[0].text(0))))
    return Error::invalid("wrong_password", "/current", "the current password is another one");
  TRY(forget_attempts(subject, subject, at));
  const std::string hash = TRY(detail::hash_password(change.next));
  return database_.write_system([&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::user_set_password, {{":password_hash", hash}, {":must_change_password", 0}, {":id", caller.user}}));
    TRY(session.execute(sql::session_delete_others, {{":user_id", caller.user}, {":token_hash", caller.session}}));
    return {};
  });
}

}  // namespace lotse::access
