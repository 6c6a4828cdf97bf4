#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "connect/connector_types.h"
#include "model/filter.h"

/// Deliveries: what Lotse gives to other systems by itself, on a schedule.
namespace lotse::outbound {

enum class DeliveryContent { events, customers, touchpoints, transitions, variants, audience };
constexpr auto describe(DeliveryContent) {
  return json_enum("DeliveryContent", value(DeliveryContent::events, "events"), value(DeliveryContent::customers, "customers"),
                   value(DeliveryContent::touchpoints, "touchpoints"), value(DeliveryContent::transitions, "transitions"),
                   value(DeliveryContent::variants, "variants"), value(DeliveryContent::audience, "audience"));
}
enum class DeliveryFormat { csv, parquet };
constexpr auto describe(DeliveryFormat) { return json_enum("DeliveryFormat", value(DeliveryFormat::csv, "csv"), value(DeliveryFormat::parquet, "parquet")); }
enum class DeliveryMode { changes, whole };
constexpr auto describe(DeliveryMode) { return json_enum("DeliveryMode", value(DeliveryMode::changes, "changes"), value(DeliveryMode::whole, "whole")); }
enum class DeliveryPurpose { analytics, personalisation, contact };
constexpr auto describe(DeliveryPurpose) {
  return json_enum("DeliveryPurpose", value(DeliveryPurpose::analytics, "analytics"), value(DeliveryPurpose::personalisation, "personalisation"),
                   value(DeliveryPurpose::contact, "contact"));
}
/// What is delivered.
struct DeliveryWhat {
  DeliveryContent content = DeliveryContent::events;
  DeliveryMode mode = DeliveryMode::changes;
  DeliveryFormat format = DeliveryFormat::parquet;
  std::optional<std::string> source, segment;
  std::optional<DeliveryPurpose> purpose;
  Filter filter;
  bool originals = false;
  static constexpr auto describe() {
    return json_object("DeliveryWhat", field("content", &DeliveryWhat::content, ""),
                       defaulted("mode", &DeliveryWhat::mode, "events: always changes (each event once); touchpoints, transitions, variants: always whole"),
                       defaulted("format", &DeliveryWhat::format, "of files; webhooks are JSON"), field("source", &DeliveryWhat::source, "events: of this source alone (src_…)"),
                       field("segment", &DeliveryWhat::segment, "audience: seg_…"),
                       field("purpose", &DeliveryWhat::purpose, "customers who did not grant it are left out; customers and audiences need one"),
                       defaulted("filter", &DeliveryWhat::filter, "customers, touchpoints, transitions, variants"),
                       defaulted("originals", &DeliveryWhat::originals, "customers by their identifiers, not pseudonyms: needs see_identifiers, and is noted"));
  }
};

enum class DeliveryPlace { folder, http, webhook };
constexpr auto describe(DeliveryPlace) {
  return json_enum("DeliveryPlace", value(DeliveryPlace::folder, "folder"), value(DeliveryPlace::http, "http"), value(DeliveryPlace::webhook, "webhook"));
}
enum class DeliveryMethod { put, post };
constexpr auto describe(DeliveryMethod) { return json_enum("DeliveryMethod", value(DeliveryMethod::put, "put"), value(DeliveryMethod::post, "post")); }
enum class DeliverySignIn { none, basic, bearer, header };
constexpr auto describe(DeliverySignIn) {
  return json_enum("DeliverySignIn", value(DeliverySignIn::none, "none"), value(DeliverySignIn::basic, "basic"), value(DeliverySignIn::bearer, "bearer"),
                   value(DeliverySignIn::header, "header"));
}
/// Where to.
struct DeliveryWhere {
  DeliveryPlace place = DeliveryPlace::folder;
  std::string folder, url, user, header_name;
  DeliveryMethod method = DeliveryMethod::put;
  DeliverySignIn sign_in = DeliverySignIn::none;
  static constexpr auto describe() {
    return json_object("DeliveryWhere", field("place", &DeliveryWhere::place, ""),
                       defaulted("folder", &DeliveryWhere::folder, "folder: below one that the server allows; a file appears under its name when it is whole"),
                       defaulted("url", &DeliveryWhere::url, "http: {file} stands for the file's name, which is appended after a / at the end; webhook: as it is"),
                       defaulted("method", &DeliveryWhere::method, "http"), defaulted("sign_in", &DeliveryWhere::sign_in, "http"),
                       defaulted("user", &DeliveryWhere::user, "basic: the name"),
                       defaulted("header_name", &DeliveryWhere::header_name, "header: like X-Api-Key; the secret is its value"));
  }
};

struct DeliveryRun {
  std::string id, started_at;
  connect::RunState state = connect::RunState::running;
  std::optional<std::string> finished_at;
  uint64_t rows = 0, files = 0, size_bytes = 0, left_out = 0, entered = 0, left = 0;
  bool again = false;
  std::vector<std::string> names;
  std::optional<std::string> error_code, error_detail;
  static constexpr auto describe() {
    return json_object("DeliveryRun", field("id", &DeliveryRun::id, "run_…"), field("started_at", &DeliveryRun::started_at, ""), field("state", &DeliveryRun::state, ""),
                       field("finished_at", &DeliveryRun::finished_at, ""), field("rows", &DeliveryRun::rows, "delivered"),
                       field("files", &DeliveryRun::files, "files, or requests of a webhook"), field("size_bytes", &DeliveryRun::size_bytes, ""),
                       field("left_out", &DeliveryRun::left_out, "customers who did not grant the purpose"),
                       field("entered", &DeliveryRun::entered, "audience: since the last delivery"), field("left", &DeliveryRun::left, "likewise"),
                       field("again", &DeliveryRun::again, "it began with what an earlier run could not deliver"),
                       field("names", &DeliveryRun::names, "of the files; the latest 20"), field("error_code", &DeliveryRun::error_code, "why it failed"),
                       field("error_detail", &DeliveryRun::error_detail, ""));
  }
};

struct Delivery {
  std::string id, name, created_at, created_by, etag;
  DeliveryWhat what;
  DeliveryWhere where;
  std::optional<connect::Schedule> schedule;
  bool has_secret = false, paused = false, running = false;
  uint64_t failures = 0, waiting = 0, delivered = 0;
  std::optional<std::string> next_run_at, current_as_of, new_secret;
  std::optional<double> lag;
  std::optional<DeliveryRun> last_run;
  static constexpr auto describe() {
    return json_object("Delivery", field("id", &Delivery::id, "dlv_…"), field("name", &Delivery::name, ""), field("what", &Delivery::what, ""), field("where", &Delivery::where, ""),
                       field("schedule", &Delivery::schedule, "none: by hand alone"), field("has_secret", &Delivery::has_secret, "it is never given out"),
                       field("new_secret", &Delivery::new_secret, "webhook: the signing secret that was made now; this once"), field("paused", &Delivery::paused, ""),
                       field("running", &Delivery::running, "at the moment"), field("failures", &Delivery::failures, "runs that failed since the last good one"),
                       field("waiting", &Delivery::waiting, "events: arrived since the last delivery"), field("delivered", &Delivery::delivered, "files or requests so far"),
                       field("next_run_at", &Delivery::next_run_at, "none while it is paused, or by hand alone"),
                       field("current_as_of", &Delivery::current_as_of, "when the last run began that delivered all there was"), field("lag", &Delivery::lag, "seconds since then"),
                       field("last_run", &Delivery::last_run, ""), field("created_at", &Delivery::created_at, ""),
                       field("created_by", &Delivery::created_by, "name; it runs with this person's rights"), field("etag", &Delivery::etag, ""));
  }
};
struct DeliveryRequest {
  std::string name;
  DeliveryWhat what;
  DeliveryWhere where;
  std::optional<connect::Schedule> schedule;
  std::optional<std::string> secret;
  static constexpr auto describe() {
    return json_object("DeliveryRequest", field("name", &DeliveryRequest::name, "1 to 80 characters, unique; files begin with it"), field("what", &DeliveryRequest::what, ""),
                       field("where", &DeliveryRequest::where, ""), field("schedule", &DeliveryRequest::schedule, "none: by hand alone"),
                       field("secret", &DeliveryRequest::secret, "password, token or key; webhook: whsec_…, made where it is absent; stored encrypted, never given out"));
  }
};
/// What is absent stays. A secret is asked for again where the settings name another host.
struct DeliveryPatch {
  std::optional<std::string> name, secret;
  std::optional<DeliveryWhat> what;
  std::optional<DeliveryWhere> where;
  std::optional<connect::Schedule> schedule;
  bool by_hand = false;
  static constexpr auto describe() {
    return json_object("DeliveryPatch", field("name", &DeliveryPatch::name, ""), field("what", &DeliveryPatch::what, "its content cannot be changed"),
                       field("where", &DeliveryPatch::where, ""), field("schedule", &DeliveryPatch::schedule, ""),
                       defaulted("by_hand", &DeliveryPatch::by_hand, "without a schedule from now on"), field("secret", &DeliveryPatch::secret, "a new one"));
  }
};
/// Whom a delivery would hold now.
struct DeliveryPreview {
  uint64_t customers = 0, left_out = 0;
  static constexpr auto describe() {
    return json_object("DeliveryPreview", field("customers", &DeliveryPreview::customers, "that would be delivered"),
                       field("left_out", &DeliveryPreview::left_out, "who did not grant the purpose"));
  }
};
struct DeliveryPreviewRequest {
  DeliveryWhat what;
  static constexpr auto describe() { return json_object("DeliveryPreviewRequest", field("what", &DeliveryPreviewRequest::what, "")); }
};

}  // namespace lotse::outbound
