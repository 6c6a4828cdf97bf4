#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "identity/evidence.h"

/// Requests and answers about who is one customer.
namespace lotse::customers {

struct KindRule {
  identity::Kind kind = identity::Kind::customer;
  bool joins = true;
  int64_t most = 0;
  static constexpr auto describe() {
    return json_object("IdentifierKindRule", field("kind", &KindRule::kind, ""), field("joins", &KindRule::joins, "identifiers of this kind may join customers"),
                       field("most", &KindRule::most, "so many of a customer, 0 to 1,000; 0: any number"));
  }
};
struct IdentityRulesRequest {
  std::vector<KindRule> kinds;
  int64_t neighbours_max = 0, identities_max = 0;
  std::vector<std::string> never_unique;
  static constexpr auto describe() {
    return json_object("IdentityRulesRequest", field("kinds", &IdentityRulesRequest::kinds, "each once; one that is not named keeps its rule"),
                       field("neighbours_max", &IdentityRulesRequest::neighbours_max, "1 to 10,000: an identifier seen with more others joins nobody until somebody decides"),
                       field("identities_max", &IdentityRulesRequest::identities_max, "2 to 10,000: identifiers of one customer"),
                       field("never_unique", &IdentityRulesRequest::never_unique, "values that join nobody, whatever their kind; at most 1,000"));
  }
};
struct IdentityRules {
  std::vector<KindRule> kinds;
  int64_t neighbours_max = 200, identities_max = 500;
  std::vector<std::string> never_unique;
  std::string etag;
  std::optional<std::string> changed_at, changed_by;
  static constexpr auto describe() {
    return json_object("IdentityRules", field("kinds", &IdentityRules::kinds, "from the strongest to the weakest"), field("neighbours_max", &IdentityRules::neighbours_max, ""),
                       field("identities_max", &IdentityRules::identities_max, ""), field("never_unique", &IdentityRules::never_unique, ""),
                       field("etag", &IdentityRules::etag, ""), field("changed_at", &IdentityRules::changed_at, "absent: as they came"),
                       field("changed_by", &IdentityRules::changed_by, "name"));
  }
};

/// One identifier of the vault.
struct IdentityName {
  std::string id, customer;
  identity::Kind kind = identity::Kind::customer;
  std::optional<std::string> identifier;
  static constexpr auto describe() {
    return json_object("IdentityName", field("id", &IdentityName::id, "its own pseudonym, cu_…"), field("customer", &IdentityName::customer, "the customer it belongs to, cu_…"),
                       field("kind", &IdentityName::kind, ""), field("identifier", &IdentityName::identifier, "as the source wrote it; with the right see_identifiers"));
  }
};

enum class HeldWhy { shared, too_many_of_kind, too_large };
constexpr auto describe(HeldWhy) {
  return json_enum("HeldJoinReason", value(HeldWhy::shared, "shared"), value(HeldWhy::too_many_of_kind, "too_many_of_kind"), value(HeldWhy::too_large, "too_large"));
}
struct HeldJoin {
  HeldWhy why = HeldWhy::shared;
  IdentityName first;
  std::optional<IdentityName> second;
  std::optional<identity::Kind> kind;
  uint64_t identities = 0, customers = 0;
  static constexpr auto describe() {
    return json_object("HeldJoin", field("why", &HeldJoin::why, "shared: seen with too many others; otherwise the limit that the join would break"), field("first", &HeldJoin::first, ""),
                       field("second", &HeldJoin::second, "absent where it is about all that `first` would join"),
                       field("kind", &HeldJoin::kind, "of which there would be too many; absent: too many in all"),
                       field("identities", &HeldJoin::identities, "that would be one customer's"), field("customers", &HeldJoin::customers, "that would become one"));
  }
};

enum class Verdict { join, split };
constexpr auto describe(Verdict) { return json_enum("IdentityVerdict", value(Verdict::join, "join"), value(Verdict::split, "split")); }
struct DecisionRequest {
  Verdict verdict = Verdict::join;
  std::string first;
  std::optional<std::string> second, reason;
  static constexpr auto describe() {
    return json_object("IdentityDecisionRequest", field("verdict", &DecisionRequest::verdict, "join: whatever the limits; split: this evidence does not count"),
                       field("first", &DecisionRequest::first, "an identity's pseudonym"), field("second", &DecisionRequest::second, "absent: about all that `first` would join"),
                       field("reason", &DecisionRequest::reason, "at most 500 characters"));
  }
};
struct Decision {
  std::string id, reason, created_by, created_at;
  Verdict verdict = Verdict::join;
  IdentityName first;
  std::optional<IdentityName> second;
  bool one_customer = false;
  static constexpr auto describe() {
    return json_object("IdentityDecision", field("id", &Decision::id, "idn_…"), field("verdict", &Decision::verdict, ""), field("first", &Decision::first, ""),
                       field("second", &Decision::second, ""), field("reason", &Decision::reason, ""), field("created_by", &Decision::created_by, "name"),
                       field("created_at", &Decision::created_at, ""),
                       field("one_customer", &Decision::one_customer, "whether both are one customer's now; after a split another chain may still join them"));
  }
};

enum class EvidenceState { joins, held, refused, never_unique, shared, kind_does_not_join };
constexpr auto describe(EvidenceState) {
  using E = EvidenceState;
  return json_enum("IdentityEvidenceState", value(E::joins, "joins"), value(E::held, "held"), value(E::refused, "refused"), value(E::never_unique, "never_unique"),
                   value(E::shared, "shared"), value(E::kind_does_not_join, "kind_does_not_join"));
}
struct EvidenceRow {
  std::string first, second, source, time;
  identity::Said said = identity::Said::event;
  EvidenceState state = EvidenceState::joins;
  static constexpr auto describe() {
    return json_object("IdentityEvidenceRow", field("first", &EvidenceRow::first, "an identity's pseudonym"), field("second", &EvidenceRow::second, "likewise"),
                       field("said", &EvidenceRow::said, "how the source says it"), field("source", &EvidenceRow::source, "name"),
                       field("time", &EvidenceRow::time, "of the first event that says it"), field("state", &EvidenceRow::state, "whether it counts"));
  }
};
struct CustomerIdentities {
  std::string customer;
  std::vector<IdentityName> identities;
  std::vector<EvidenceRow> evidence;
  uint64_t identities_total = 0;
  static constexpr auto describe() {
    return json_object("CustomerIdentities", field("customer", &CustomerIdentities::customer, "cu_…"),
                       field("identities", &CustomerIdentities::identities, "its own, by number, at most 200; then those of others that evidence below names"),
                       field("evidence", &CustomerIdentities::evidence, "that names one of them, also where it does not count; at most 500"),
                       field("identities_total", &CustomerIdentities::identities_total, "of the customer"));
  }
};
struct IdentityChain {
  std::vector<IdentityName> identities;
  std::vector<EvidenceRow> evidence;
  static constexpr auto describe() {
    return json_object("IdentityChain", field("identities", &IdentityChain::identities, "in order of the chain; empty where they are not one customer's"),
                       field("evidence", &IdentityChain::evidence, "between each two of them"));
  }
};
struct IdentitySearch {
  std::string text;
  static constexpr auto describe() {
    return json_object("IdentitySearch", field("text", &IdentitySearch::text, "a pseudonym; with the right see_identifiers also an identifier of any kind"));
  }
};

}  // namespace lotse::customers
