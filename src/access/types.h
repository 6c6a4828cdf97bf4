#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "model/viewer.h"

/// Requests and answers of sign-in, people, workspaces, tokens and the audit log. Times are ISO 8601 UTC texts.
namespace lotse::access {

struct SignInRequest {
  std::string email, password;
  static constexpr auto describe() {
    return json_object("SignInRequest", field("email", &SignInRequest::email, ""),
                       field("password", &SignInRequest::password, ""));
  }
};

/// What a person or token may see of a workspace, where not all that the role allows.
struct Restriction {
  std::optional<std::string> market_attribute;
  std::vector<std::string> markets, units;
  bool no_texts = false, no_single_customers = false;
  int64_t smallest_group = 5;
  static constexpr auto describe() {
    return json_object("Restriction",
                       field("market_attribute", &Restriction::market_attribute, "which attribute (at_…) names the market; with markets"),
                       field("markets", &Restriction::markets,
                             "only these; an attribute of events: such events, of customers: such customers; an empty text: without one; none: every market"),
                       field("units", &Restriction::units, "only events on behalf of these units; an empty text: without one; none: every unit"),
                       defaulted("no_texts", &Restriction::no_texts, "free texts are left out"),
                       defaulted("no_single_customers", &Restriction::no_single_customers, "only numbers of groups"),
                       defaulted("smallest_group", &Restriction::smallest_group, "with no_single_customers: numbers of fewer customers are withheld; 5 to 1000"));
  }
};

struct Membership {
  std::string id, slug, name, time_zone, language;
  Role role = Role::reader;
  std::vector<Right> rights;
  bool is_demo = false;
  std::optional<Restriction> restriction;
  static constexpr auto describe() {
    return json_object("Membership", field("id", &Membership::id, "workspace id, ws_…"),
                       field("slug", &Membership::slug, "stands in the web address"), field("name", &Membership::name, ""),
                       field("time_zone", &Membership::time_zone, "IANA name"),
                       field("language", &Membership::language, "de or en: default of new members"),
                       field("role", &Membership::role, ""), field("rights", &Membership::rights, "what the role grants"),
                       field("is_demo", &Membership::is_demo, "holds the demo story"),
                       field("restriction", &Membership::restriction, "absent: none"));
  }
};

struct Me {
  std::string id, email, name;
  std::optional<std::string> language;  ///< none: the browser's
  std::optional<std::string> theme;
  bool operator_of_server = false, must_change_password = false;
  std::string csrf_token;
  std::vector<Membership> workspaces;
  static constexpr auto describe() {
    return json_object("Me", field("id", &Me::id, "us_…"), field("email", &Me::email, ""), field("name", &Me::name, ""),
                       field("language", &Me::language, "de, en, or absent for the browser's"),
                       field("theme", &Me::theme, "light, dark, or absent for the system's"),
                       field("operator_of_server", &Me::operator_of_server, "may make and delete workspaces"),
                       field("must_change_password", &Me::must_change_password, "the password was made by somebody else"),
                       field("csrf_token", &Me::csrf_token, "send it back as X-CSRF-Token with every change"),
                       field("workspaces", &Me::workspaces, "by name"));
  }
};

struct MePatch {
  std::optional<std::string> name, language, theme;
  static constexpr auto describe() {
    return json_object("MePatch", field("name", &MePatch::name, ""), field("language", &MePatch::language, "de, en or auto"),
                       field("theme", &MePatch::theme, "light, dark or auto"));
  }
};

struct PasswordChange {
  std::string current, next;
  static constexpr auto describe() {
    return json_object("PasswordChange", field("current", &PasswordChange::current, ""),
                       field("next", &PasswordChange::next, "at least 10 characters"));
  }
};

struct WorkspaceRequest {
  std::string name;
  std::string time_zone = "Europe/Berlin", language = "de";
  static constexpr auto describe() {
    return json_object("WorkspaceRequest", field("name", &WorkspaceRequest::name, "1 to 80 characters"),
                       defaulted("time_zone", &WorkspaceRequest::time_zone, "IANA name"),
                       defaulted("language", &WorkspaceRequest::language, "de or en"));
  }
};
struct WorkspacePatch {
  std::optional<std::string> name, time_zone, language;
  static constexpr auto describe() {
    return json_object("WorkspacePatch", field("name", &WorkspacePatch::name, ""),
                       field("time_zone", &WorkspacePatch::time_zone, "IANA name"),
                       field("language", &WorkspacePatch::language, "de or en"));
  }
};

struct Member {
  std::string user_id, email, name;
  Role role = Role::reader;
  std::optional<std::string> last_seen;
  std::optional<Restriction> restriction;
  static constexpr auto describe() {
    return json_object("Member", field("user_id", &Member::user_id, "us_…"), field("email", &Member::email, ""),
                       field("name", &Member::name, ""), field("role", &Member::role, ""),
                       field("last_seen", &Member::last_seen, "time of the last request"),
                       field("restriction", &Member::restriction, "absent: none"));
  }
};
struct MemberRequest {
  std::string email, name;
  Role role = Role::reader;
  std::optional<Restriction> restriction;
  static constexpr auto describe() {
    return json_object("MemberRequest", field("email", &MemberRequest::email, ""), field("name", &MemberRequest::name, ""),
                       field("role", &MemberRequest::role, ""), field("restriction", &MemberRequest::restriction, "not for administrators"));
  }
};
/// The one-time password is shown once; none where the person already had an account on this server.
struct NewMember {
  Member member;
  std::optional<std::string> one_time_password;
  static constexpr auto describe() {
    return json_object("NewMember", field("member", &NewMember::member, ""),
                       field("one_time_password", &NewMember::one_time_password, "shown once; must be changed at sign-in"));
  }
};
struct MemberPatch {
  Role role = Role::reader;
  std::optional<Restriction> restriction;
  static constexpr auto describe() {
    return json_object("MemberPatch", field("role", &MemberPatch::role, ""),
                       field("restriction", &MemberPatch::restriction, "absent: as it is; {}: none; administrators have none"));
  }
};

struct Token {
  std::string id, name, created_at, created_by;
  std::vector<Right> scopes;
  std::optional<std::string> expires_at, last_used_at;
  std::optional<Restriction> restriction;
  static constexpr auto describe() {
    return json_object("Token", field("id", &Token::id, "tok_…"), field("name", &Token::name, ""),
                       field("created_at", &Token::created_at, ""), field("created_by", &Token::created_by, "name"),
                       field("scopes", &Token::scopes, "what it may do"), field("expires_at", &Token::expires_at, ""),
                       field("last_used_at", &Token::last_used_at, ""),
                       field("restriction", &Token::restriction, "besides that of its maker; absent: none"));
  }
};
struct TokenRequest {
  std::string name;
  std::vector<Right> scopes;
  std::optional<int64_t> days;
  std::optional<Restriction> restriction;
  static constexpr auto describe() {
    return json_object("TokenRequest", field("name", &TokenRequest::name, ""),
                       field("scopes", &TokenRequest::scopes, "at least one, none beyond the maker's own"),
                       field("days", &TokenRequest::days, "1 to 3650; absent: it does not expire"),
                       field("restriction", &TokenRequest::restriction, "what it may see, where not all that its maker may"));
  }
};
struct NewToken {
  Token token;
  std::string secret;
  static constexpr auto describe() {
    return json_object("NewToken", field("token", &NewToken::token, ""),
                       field("secret", &NewToken::secret, "shown once; send it as Authorization: Bearer …"));
  }
};

/// What was agreed with the works council about seeing single members of staff.
struct StaffAgreement {
  std::string partner, agreed_on, scope, document;
  std::string recorded_by, recorded_at;
  static constexpr auto describe() {
    return json_object("StaffAgreement", field("partner", &StaffAgreement::partner, "with whom: the works council's name"),
                       field("agreed_on", &StaffAgreement::agreed_on, "date, like 2026-03-01"),
                       field("scope", &StaffAgreement::scope, "what may be shown, to whom, for what"),
                       field("document", &StaffAgreement::document, "where the signed text is: number or place"),
                       defaulted("recorded_by", &StaffAgreement::recorded_by, "name; not read in a request"),
                       defaulted("recorded_at", &StaffAgreement::recorded_at, "not read in a request"));
  }
};
/// Nothing is shown below team level unless an agreement is recorded: attributes that name staff are left out.
struct StaffRules {
  std::vector<std::string> attributes;
  std::optional<StaffAgreement> agreement;
  std::string etag;
  static constexpr auto describe() {
    return json_object("StaffRules",
                       field("attributes", &StaffRules::attributes, "ids (at_…) of attributes that name staff, besides those that an import made pseudonyms of"),
                       field("agreement", &StaffRules::agreement, "absent: nothing below team level is shown"),
                       defaulted("etag", &StaffRules::etag, "of the rules as read; not read in a request"));
  }
};

struct AuditEntry {
  std::string at, principal, action, object;
  nlohmann::json details;
  static constexpr auto describe() {
    return json_object("AuditEntry", field("at", &AuditEntry::at, ""), field("principal", &AuditEntry::principal, "name"),
                       field("action", &AuditEntry::action, "like import.undo"), field("object", &AuditEntry::object, ""),
                       field("details", &AuditEntry::details, ""));
  }
};

/// Whether the chain of audit entries is whole.
struct AuditProof {
  bool whole = true;
  int64_t entries = 0;
  std::string head, checked_at;
  std::optional<int64_t> broken_at;
  std::optional<std::string> broken_time;
  static constexpr auto describe() {
    return json_object("AuditProof", field("whole", &AuditProof::whole, "no entry was changed or removed"),
                       field("entries", &AuditProof::entries, "of the chain, up to where it is whole"),
                       field("head", &AuditProof::head, "hash of the last entry: noted elsewhere, it also shows a chain that was made anew"),
                       field("checked_at", &AuditProof::checked_at, ""),
                       field("broken_at", &AuditProof::broken_at, "number of the entry that does not fit, from 1 on"),
                       field("broken_time", &AuditProof::broken_time, "what that entry says of its time"));
  }
};

}  // namespace lotse::access
