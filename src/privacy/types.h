#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"

/// Requests and answers of what customers may ask for, of consent and of settings.
namespace lotse::privacy {

enum class RequestKind { erasure, access, restriction, lifting, rectification };
constexpr auto describe(RequestKind) {
  return json_enum("PrivacyRequestKind", value(RequestKind::erasure, "erasure"), value(RequestKind::access, "access"),
                   value(RequestKind::restriction, "restriction"), value(RequestKind::lifting, "lifting"), value(RequestKind::rectification, "rectification"));
}
enum class RequestState { queued, running, hidden, done, failed };
constexpr auto describe(RequestState) {
  return json_enum("PrivacyRequestState", value(RequestState::queued, "queued"), value(RequestState::running, "running"),
                   value(RequestState::hidden, "hidden"), value(RequestState::done, "done"), value(RequestState::failed, "failed"));
}
struct RequestOrder {
  RequestKind kind = RequestKind::erasure;
  std::vector<std::string> customers;
  std::optional<std::string> list, note;
  std::optional<bool> bytes_at_once;
  std::optional<std::string> attribute, wrong, right;
  static constexpr auto describe() {
    return json_object("PrivacyRequestOrder",
                       field("kind", &RequestOrder::kind, "erasure (Art. 17), access (Art. 15, 20), restriction (Art. 18, 21), lifting of a restriction, rectification (Art. 16)"),
                       defaulted("customers", &RequestOrder::customers, "identifiers or pseudonyms (cu_…)"),
                       field("list", &RequestOrder::list, "more of them: one a line, of a CSV file the first column"),
                       field("note", &RequestOrder::note, "for the file, like a case number; no personal data"),
                       field("bytes_at_once", &RequestOrder::bytes_at_once, "erasure and rectification: rewrite the files right away (default), not in the next night"),
                       field("attribute", &RequestOrder::attribute, "rectification: name of the customer attribute; none: an identifier of the customer is wrong"),
                       field("wrong", &RequestOrder::wrong, "rectification: the wrong value"),
                       field("right", &RequestOrder::right, "rectification: what takes its place; empty: an attribute's value is removed"));
  }
};
struct HolderProof {
  std::string holder;
  uint64_t records = 0;
  static constexpr auto describe() {
    return json_object("PrivacyHolderProof", field("holder", &HolderProof::holder, "events, columns, imports, consents, requests, vault"),
                       field("records", &HolderProof::records, "erased there"));
  }
};
struct RequestProof {
  uint64_t customers = 0, identities = 0, unknown = 0;
  std::vector<HolderProof> holders;
  std::optional<double> gone_after_s, bytes_gone_after_s;
  static constexpr auto describe() {
    return json_object("PrivacyRequestProof", field("customers", &RequestProof::customers, "found"), field("identities", &RequestProof::identities, "of these customers"),
                       field("unknown", &RequestProof::unknown, "identifiers that no customer has"), field("holders", &RequestProof::holders, "what went, by store"),
                       field("gone_after_s", &RequestProof::gone_after_s, "seconds from the start of the work until no query, export or live view showed them"),
                       field("bytes_gone_after_s", &RequestProof::bytes_gone_after_s, "likewise until the files were rewritten and the old ones overwritten"));
  }
};
struct PrivacyRequest {
  std::string id, note, created_at, created_by;
  RequestKind kind = RequestKind::erasure;
  RequestState state = RequestState::queued;
  std::vector<std::string> customers;
  RequestProof proof;
  std::optional<std::string> hidden_at, finished_at, bytes_due_at, error_code, file;
  std::optional<std::string> attribute, repeated_at, repeated_source;
  std::optional<uint64_t> repeats;
  static constexpr auto describe() {
    return json_object("PrivacyRequest", field("id", &PrivacyRequest::id, "pr_…"), field("kind", &PrivacyRequest::kind, ""), field("state", &PrivacyRequest::state, "hidden: no query shows them, the bytes follow"),
                       field("note", &PrivacyRequest::note, ""), field("created_at", &PrivacyRequest::created_at, ""), field("created_by", &PrivacyRequest::created_by, "name"),
                       field("customers", &PrivacyRequest::customers, "pseudonyms, at most 20"), field("proof", &PrivacyRequest::proof, ""),
                       field("hidden_at", &PrivacyRequest::hidden_at, "no query shows them from here on"), field("finished_at", &PrivacyRequest::finished_at, "erasure: no byte of them stays in the data folder"),
                       field("bytes_due_at", &PrivacyRequest::bytes_due_at, "when the files are rewritten, where not at once"), field("error_code", &PrivacyRequest::error_code, "why it is tried again, or failed"),
                       field("file", &PrivacyRequest::file, "access: the name of the file, kept for 30 days"),
                       field("attribute", &PrivacyRequest::attribute, "rectification: of which attribute; none: of an identifier"),
                       field("repeats", &PrivacyRequest::repeats, "rectification: how often the wrong value came again, and was replaced"),
                       field("repeated_at", &PrivacyRequest::repeated_at, "the last time"), field("repeated_source", &PrivacyRequest::repeated_source, "from this source, src_…"));
  }
};

struct PrivacySettings {
  bool erased_may_return = false;
  std::optional<std::string> officer, contact;
  std::string etag;
  static constexpr auto describe() {
    return json_object("PrivacySettings", field("erased_may_return", &PrivacySettings::erased_may_return, "an erased identifier that comes again is a new customer; else its events are rejected (erased)"),
                       field("officer", &PrivacySettings::officer, "data-protection officer, for the printed sheets"), field("contact", &PrivacySettings::contact, "where customers turn to"),
                       defaulted("etag", &PrivacySettings::etag, ""));
  }
};

enum class LegalBasis { consent, contract, legitimate_interest, legal_obligation, not_stated };
constexpr auto describe(LegalBasis) {
  return json_enum("LegalBasis", value(LegalBasis::consent, "consent"), value(LegalBasis::contract, "contract"),
                   value(LegalBasis::legitimate_interest, "legitimate_interest"), value(LegalBasis::legal_obligation, "legal_obligation"),
                   value(LegalBasis::not_stated, "not_stated"));
}
struct SourcePrivacy {
  std::string source;
  LegalBasis legal_basis = LegalBasis::not_stated;
  bool scrub = true;
  static constexpr auto describe() {
    return json_object("SourcePrivacy", defaulted("source", &SourcePrivacy::source, "src_…"),
                       defaulted("legal_basis", &SourcePrivacy::legal_basis, "consent: events are taken only of customers who consented to analytics"),
                       defaulted("scrub", &SourcePrivacy::scrub, "e-mail addresses, phone numbers, IBANs and card numbers in long texts are blacked out before they are stored"));
  }
};

struct ConsentCount {
  std::string purpose;
  uint64_t granted = 0, denied = 0;
  static constexpr auto describe() {
    return json_object("ConsentCount", field("purpose", &ConsentCount::purpose, "analytics, personalisation, contact"), field("granted", &ConsentCount::granted, "customers"),
                       field("denied", &ConsentCount::denied, "customers"));
  }
};
struct ConsentOrder {
  std::string customer, purpose;
  bool granted = false;
  static constexpr auto describe() {
    return json_object("ConsentOrder", field("customer", &ConsentOrder::customer, "identifier or pseudonym (cu_…)"), field("purpose", &ConsentOrder::purpose, "analytics, personalisation, contact"),
                       field("granted", &ConsentOrder::granted, "false: denied or withdrawn"));
  }
};
/// That a value of a customer was put right.
struct CorrectedAttribute {
  std::string attribute, corrected_at;
  uint64_t repeats = 0;
  static constexpr auto describe() {
    return json_object("CorrectedAttribute", field("attribute", &CorrectedAttribute::attribute, "name"), field("corrected_at", &CorrectedAttribute::corrected_at, ""),
                       field("repeats", &CorrectedAttribute::repeats, "how often a source delivered the wrong value again"));
  }
};
struct CorrectedAttributes {
  std::vector<CorrectedAttribute> items;
  static constexpr auto describe() { return json_object("CorrectedAttributes", field("items", &CorrectedAttributes::items, "newest first")); }
};

enum class RetentionKind { source, attribute };
constexpr auto describe(RetentionKind) { return json_enum("RetentionKind", value(RetentionKind::source, "source"), value(RetentionKind::attribute, "attribute")); }
struct RetentionRule {
  RetentionKind kind = RetentionKind::source;
  std::string subject;
  int64_t months = 0;
  static constexpr auto describe() {
    return json_object("RetentionRule", field("kind", &RetentionRule::kind, "source: its events are deleted; attribute: its values are removed"),
                       field("subject", &RetentionRule::subject, "src_… or at_…"), field("months", &RetentionRule::months, "that events are kept by their own time, 1 to 600"));
  }
};
/// What a rule deletes; of a preview: what it would.
struct RetentionEffect {
  RetentionRule rule;
  uint64_t events = 0, customers = 0;
  std::optional<uint64_t> emptied;
  std::string before;
  static constexpr auto describe() {
    return json_object("RetentionEffect", field("rule", &RetentionEffect::rule, ""), field("events", &RetentionEffect::events, "deleted, or that lost the value"),
                       field("customers", &RetentionEffect::customers, "whose events these are"),
                       field("emptied", &RetentionEffect::emptied, "of the first source that lost events: customers of whom the run left no event, so that their identifiers and consents went, too"),
                       field("before", &RetentionEffect::before, "events of an earlier own time are meant"));
  }
};
struct RetentionRun {
  std::string id, state, begun_by, begun_at;
  std::vector<RetentionEffect> effects;
  std::optional<std::string> finished_at, error_code;
  static constexpr auto describe() {
    return json_object("RetentionRun", field("id", &RetentionRun::id, "rr_…"), field("state", &RetentionRun::state, "running, done, failed"),
                       field("begun_by", &RetentionRun::begun_by, "a name; empty: by itself, daily"), field("begun_at", &RetentionRun::begun_at, ""),
                       field("effects", &RetentionRun::effects, "by rule"), field("finished_at", &RetentionRun::finished_at, "no byte of it stays in the data folder"),
                       field("error_code", &RetentionRun::error_code, "why it failed; tried again at the next run"));
  }
};
struct RetentionOverview {
  std::vector<RetentionRule> rules;
  std::vector<RetentionRun> runs;
  static constexpr auto describe() { return json_object("Retention", field("rules", &RetentionOverview::rules, ""), field("runs", &RetentionOverview::runs, "newest first, at most 50")); }
};
struct KeyStatus {
  int64_t number = 0;
  bool rotating = false;
  std::optional<std::string> made_at;
  static constexpr auto describe() {
    return json_object("PrivacyKeyStatus", field("number", &KeyStatus::number, "of the key in use; 0: derived from the installation's"), field("rotating", &KeyStatus::rotating, "a new one takes over"),
                       field("made_at", &KeyStatus::made_at, "since when it is in use"));
  }
};

/// One duty of the law, and how it stands.
struct Duty {
  std::string code, state, whose;
  std::optional<int64_t> count;
  static constexpr auto describe() {
    return json_object("PrivacyDuty", field("code", &Duty::code, "a word that the page translates"), field("state", &Duty::state, "fulfilled, open"),
                       field("whose", &Duty::whose, "lotse: the program does it; administrator; controller: the company, outside of Lotse"),
                       field("count", &Duty::count, "of what is open, like sources without a legal basis"));
  }
};
struct PrivacyStatus {
  std::vector<Duty> duties;
  std::vector<ConsentCount> consents;
  std::vector<SourcePrivacy> sources;
  uint64_t requests_open = 0, bytes_waiting = 0, tombstones = 0, restricted = 0;
  static constexpr auto describe() {
    return json_object("PrivacyStatus", field("duties", &PrivacyStatus::duties, ""), field("consents", &PrivacyStatus::consents, "what customers said, by purpose"),
                       field("sources", &PrivacyStatus::sources, "settings of every source"), field("requests_open", &PrivacyStatus::requests_open, "not done yet"),
                       field("bytes_waiting", &PrivacyStatus::bytes_waiting, "erasures whose files are not rewritten yet"),
                       field("tombstones", &PrivacyStatus::tombstones, "erased identifiers that are kept as keyed hashes"), field("restricted", &PrivacyStatus::restricted, "customers that analyses leave out"));
  }
};

}  // namespace lotse::privacy
