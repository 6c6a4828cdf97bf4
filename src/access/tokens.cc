#include "access/tokens.h"

#include "access/access_sql.h"
#include "access/audit.h"
#include "access/detail/checks.h"
#include "access/detail/password.h"
#include "access/detail/restrictions.h"
#include "base/ids.h"

namespace lotse::access {
namespace {
using namespace std::chrono_literals;
constexpr Micros use_noted_every = 1min;
constexpr int64_t days_max = 3650;

Token token_of(const db::Row& row) {
  Token token{.id = row.text(0), .name = row.text(1), .created_at = iso_utc(Micros{row.integer(2)}), .created_by = row.text(3)};
  for (const auto& right : lotse::describe(Right{}).values)
    if (row.integer(4) >> static_cast<unsigned>(right.value) & 1) token.scopes.push_back(right.value);
  if (const auto at = row.optional_integer(5)) token.expires_at = iso_utc(Micros{*at});
  if (const auto at = row.optional_integer(6)) token.last_used_at = iso_utc(Micros{*at});
  token.restriction = detail::restriction_of(row.optional_text(7));
  return token;
}
}  // namespace

Result<std::vector<Token>> Tokens::list(const Viewer& viewer) {
  std::vector<Token> list;
  for (const auto& row : TRY(database_.read(viewer.workspace(), [&](db::Session& session) { return session.query(sql::token_list); })))
    list.push_back(token_of(row));
  return list;
}

Result<NewToken> Tokens::create(const Viewer& viewer, const TokenRequest& request) {
  if (!viewer.principal().starts_with("us_")) return Error::make(ErrorKind::forbidden, "only_persons", "a token makes no tokens");
  const std::string name = TRY(detail::checked_name(request.name, "/name"));
  if (request.scopes.empty()) return Error::invalid("no_scopes", "/scopes", "at least one");
  int64_t scopes = 0;
  for (const Right right : request.scopes) {
    if (!viewer.may(right)) return Error::invalid("scope_beyond_own", "/scopes", std::string(word(right)));
    scopes |= int64_t{1} << static_cast<unsigned>(right);
  }
  if (request.days && (*request.days < 1 || *request.days > days_max)) return Error::invalid("invalid_days", "/days", "1 to 3650");
  const auto restriction = TRY(detail::checked_restriction(request.restriction, "/restriction"));
  const Micros now = clock_.now();
  const std::string id = new_id("tok", now), secret = "lotse_" + random_token(32);
  std::optional<int64_t> expires;
  if (request.days) expires = (now + 24h * *request.days).count();
  return database_.write(viewer.workspace(), [&](db::Session& session) -> Result<NewToken> {
    TRY(session.execute(sql::token_insert, {{":id", id}, {":name", name}, {":secret_hash", detail::hash_of_secret(secret)}, {":scopes", scopes},
                                            {":user_id", viewer.principal()}, {":now", now.count()}, {":expires_at", expires}, {":restriction", detail::stored(restriction)}}));
    nlohmann::json details = {{"name", name}};
    if (restriction) details["restriction"] = to_json(*restriction);
    TRY(audit_.note(session, viewer.principal(), "token.create", id, details));
    return NewToken{.token = token_of(TRY(session.query(sql::token_get, {{":id", id}})).at(0)), .secret = secret};
  });
}

Result<void> Tokens::revoke(const Viewer& viewer, std::string_view token) {
  return database_.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    if (TRY(session.execute(sql::token_delete, {{":id", token}})) == 0) return Error::make(ErrorKind::not_found, "token_not_found");
    return audit_.note(session, viewer.principal(), "token.revoke", token);
  });
}

Result<Caller> Tokens::caller(std::string_view secret) {
  const auto refused = [] { return Error::make(ErrorKind::unauthenticated, "not_signed_in", "unknown, revoked or expired token"); };
  const std::string hash = detail::hash_of_secret(secret);
  const auto rows = TRY(database_.read_system([&](db::Session& session) { return session.query(sql::token_find, {{":secret_hash", hash}}); }));
  if (rows.empty()) return refused();
  const auto& row = rows[0];
  const int64_t now = clock_.now().count();
  if (row.optional_integer(4).value_or(now + 1) <= now) return refused();
  Caller caller;
  caller.only_workspace = WorkspaceId{row.text(0)};
  caller.principal = row.text(1);
  caller.rights_mask = static_cast<uint32_t>(row.integer(2));
  caller.user = row.text(3);
  caller.restriction = row.optional_text(6).value_or("");
  if (now - row.optional_integer(5).value_or(0) > use_noted_every.count())
    TRY(database_.write_system([&](db::Session& session) -> Result<void> {
      TRY(session.execute(sql::token_used, {{":now", now}, {":secret_hash", hash}}));
      return {};
    }));
  return caller;
}

}  // namespace lotse::access
