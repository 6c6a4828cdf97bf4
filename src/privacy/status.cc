#include "privacy/status.h"

#include <algorithm>

namespace lotse::privacy {

Result<PrivacyStatus> Status::status(const Viewer& viewer, const std::vector<std::string>& sources) {
  if (!viewer.may(Right::administer)) return Error::make(ErrorKind::forbidden, "forbidden", "administer is needed");
  const WorkspaceId& workspace = viewer.workspace();
  PrivacyStatus out;
  out.consents = TRY(parts_.consents.counts(workspace));
  const auto set = TRY(parts_.policies.sources(workspace));
  int64_t no_basis = 0, unscrubbed = 0;
  for (const auto& id : sources) {
    const auto at = set->find(id);
    SourcePrivacy one = at == set->end() ? SourcePrivacy{} : at->second;
    one.source = id;
    no_basis += one.legal_basis == LegalBasis::not_stated;
    unscrubbed += !one.scrub;
    out.sources.push_back(std::move(one));
  }
  const auto counts = TRY(parts_.requests.counts(workspace));
  const auto of = [&](RequestState state) {
    const auto at = counts.find(std::string(word(state)));
    return at == counts.end() ? uint64_t{0} : at->second;
  };
  out.bytes_waiting = of(RequestState::hidden);
  out.requests_open = of(RequestState::queued) + of(RequestState::running) + out.bytes_waiting;
  out.tombstones = TRY(parts_.vault.tombstone_count(workspace));
  out.restricted = TRY(parts_.restricted(workspace));
  const auto settings = TRY(parts_.policies.settings(viewer));
  const auto chain = TRY(parts_.audit.verify(workspace));

  const auto duty = [&](std::string code, int64_t open, std::string whose, bool counted = true) {
    out.duties.push_back({.code = std::move(code), .state = open == 0 ? "fulfilled" : "open", .whose = std::move(whose), .count = counted ? std::optional(open) : std::nullopt});
  };
  duty("pseudonyms", 0, "lotse", false);
  duty("erasure", static_cast<int64_t>(out.requests_open), "lotse");
  duty("access", 0, "lotse", false);
  duty("rectification", 0, "lotse", false);
  duty("audit_chain", chain.whole ? 0 : 1, "lotse", false);
  duty("legal_basis", no_basis, "administrator");
  duty("scrubbing", unscrubbed, "administrator");
  duty("retention", TRY(parts_.retention.open(workspace, sources)), "administrator");
  duty("officer", settings.officer.value_or("").empty() ? 1 : 0, "administrator", false);
  // Nothing is shown below team level; an agreement with the works council may change that, and is then recorded.
  duty("staff_level", 0, "lotse", false);
  duty("works_council", viewer.scope().staff_hidden ? 1 : 0, "controller", false);
  // What no program can do or see.
  for (const char* code : {"information", "processor_contract", "impact_assessment"})
    out.duties.push_back({.code = code, .state = "open", .whose = "controller", .count = std::nullopt});
  return out;
}

}  // namespace lotse::privacy
