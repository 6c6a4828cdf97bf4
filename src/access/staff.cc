#include <algorithm>

#include "access/access_sql.h"
#include "access/audit.h"
#include "access/workspaces.h"

namespace lotse::access {
namespace {
constexpr size_t attributes_max = 100, text_bytes_max = 2000;

Result<StaffRules> rules_in(db::Session& session) {
  const auto rows = TRY(session.query(sql::staff_get));
  if (rows.empty()) return StaffRules{.attributes = {}, .agreement = {}, .etag = "0"};
  auto out = TRY(parse_json<StaffRules>(rows[0].text(0)));
  out.etag = std::to_string(rows[0].integer(1));
  return out;
}

bool is_date(const std::string& text) {
  return text.size() == 10 && text[4] == '-' && text[7] == '-' &&
         std::ranges::count_if(text, [](char c) { return c >= '0' && c <= '9'; }) == 8;
}
}  // namespace

Result<StaffRules> Workspaces::staff_rules(const Viewer& viewer) {
  return database_.read(viewer.workspace(), rules_in);
}

Result<StaffRules> Workspaces::change_staff_rules(const Viewer& viewer, const StaffRules& wanted, const std::optional<std::string>& etag) {
  if (!viewer.may(Right::administer)) return Error::make(ErrorKind::forbidden, "forbidden", "administer is needed");
  if (wanted.attributes.size() > attributes_max) return Error::invalid("invalid_values", "/attributes", "at most 100 attributes");
  if (wanted.agreement) {
    const auto& a = *wanted.agreement;
    for (const auto& [text, field] : {std::pair(&a.partner, "/agreement/partner"), std::pair(&a.scope, "/agreement/scope"), std::pair(&a.document, "/agreement/document")}) {
      if (text->find_first_not_of(" \t\r\n") == std::string::npos) return Error::invalid("required", field, "an agreement is recorded with all of it");
      if (text->size() > text_bytes_max) return Error::invalid("text_too_long", field, "at most 2000 bytes");
    }
    if (!is_date(a.agreed_on)) return Error::invalid("invalid_date", "/agreement/agreed_on", "like 2026-03-01");
  }
  const auto known = TRY(names(viewer));
  return database_.write(viewer.workspace(), [&](db::Session& session) -> Result<StaffRules> {
    const auto before = TRY(rules_in(session));
    if (etag && *etag != before.etag) return Error::make(ErrorKind::stale, "stale", "the rules are at version " + before.etag);
    StaffRules kept = wanted;
    kept.etag.clear();
    if (kept.agreement) {
      const auto& old = before.agreement;
      const auto says = [](const StaffAgreement& a) { return std::tie(a.partner, a.agreed_on, a.scope, a.document); };
      if (old && says(*old) == says(*kept.agreement)) {
        kept.agreement = old;
      } else {
        const auto name = known.find(viewer.principal());
        kept.agreement->recorded_by = name == known.end() ? viewer.principal() : name->second;
        kept.agreement->recorded_at = iso_utc(clock_.now());
      }
    }
    TRY(session.execute(sql::staff_put, {{":body", to_json(kept).dump()}}));
    nlohmann::json details = {{"attributes", kept.attributes.size()}, {"agreement", kept.agreement.has_value()}};
    if (kept.agreement) details["document"] = kept.agreement->document;
    TRY(audit_.note(session, viewer.principal(), "privacy.staff", viewer.workspace().value, details));
    return rules_in(session);
  });
}

}  // namespace lotse::access
