#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/describe.h"
#include "connect/types.h"

/// Requests and answers of live sources, their write keys, the tracking API and the live view.
namespace lotse::connect {

struct SourceRequest {
  std::string name;
  std::optional<std::string> channel;
  static constexpr auto describe() {
    return json_object("SourceRequest", field("name", &SourceRequest::name, "the system, like Web shop; 1 to 80 characters"),
                       field("channel", &SourceRequest::channel, "of every event that it sends live, like web or app"));
  }
};
/// What is absent stays.
struct SourcePatch {
  std::optional<std::string> channel, owner, system, purpose;
  static constexpr auto describe() {
    return json_object("SourcePatch", field("channel", &SourcePatch::channel, "of every event that comes from now on; empty: none"),
                       field("owner", &SourcePatch::owner, "who answers for these data; at most 200 characters"), field("system", &SourcePatch::system, "where they come from; likewise"),
                       field("purpose", &SourcePatch::purpose, "what they are used for; at most 1,000 characters"));
  }
};

struct WriteKey {
  std::string id, source, name, hint, created_at, created_by;
  std::optional<std::string> last_used_at;
  static constexpr auto describe() {
    return json_object("WriteKey", field("id", &WriteKey::id, "wk_…"), field("source", &WriteKey::source, "src_…: what is sent with it comes from this source"),
                       field("name", &WriteKey::name, "where it is used"), field("hint", &WriteKey::hint, "the last characters, to tell keys apart"),
                       field("created_at", &WriteKey::created_at, ""), field("created_by", &WriteKey::created_by, "name"),
                       field("last_used_at", &WriteKey::last_used_at, "to the minute"));
  }
};
struct WriteKeyRequest {
  std::string source, name;
  static constexpr auto describe() {
    return json_object("WriteKeyRequest", field("source", &WriteKeyRequest::source, "src_…"),
                       field("name", &WriteKeyRequest::name, "where it will be used, like Web shop; 1 to 80 characters"));
  }
};
struct NewWriteKey {
  WriteKey write_key;
  std::string secret;
  static constexpr auto describe() {
    return json_object("NewWriteKey", field("write_key", &NewWriteKey::write_key, ""), field("secret", &NewWriteKey::secret, "shown once"));
  }
};

/// What the tracking API answers; given only when the accepted events would survive a power cut.
struct TrackingAnswer {
  bool success = true;
  std::vector<RejectedEvent> rejected;
  static constexpr auto describe() {
    return json_object("TrackingAnswer", field("success", &TrackingAnswer::success, "true: what is not rejected is stored"),
                       field("rejected", &TrackingAnswer::rejected, "events that cannot be stored, with their place in the request"));
  }
};

struct SeenAttribute {
  std::string name, text;
  static constexpr auto describe() {
    return json_object("SeenAttribute", field("name", &SeenAttribute::name, ""), field("text", &SeenAttribute::text, ""));
  }
};
/// An event as the live view shows it.
struct SeenEvent {
  uint64_t number = 0;
  std::string source, event_type, customer, time, received_at;
  double visible_after = 0;
  std::optional<std::string> channel;
  std::vector<SeenAttribute> attributes;
  static constexpr auto describe() {
    return json_object("SeenEvent", field("number", &SeenEvent::number, "counts up while the server runs"), field("source", &SeenEvent::source, "src_…"),
                       field("event_type", &SeenEvent::event_type, ""), field("customer", &SeenEvent::customer, "pseudonym, cu_…"),
                       field("time", &SeenEvent::time, "when it happened"), field("received_at", &SeenEvent::received_at, "when its request came"),
                       field("visible_after", &SeenEvent::visible_after, "seconds from the request to the first query that sees it"),
                       field("channel", &SeenEvent::channel, ""), field("attributes", &SeenEvent::attributes, "at most 8"));
  }
};
struct LiveSource {
  std::string source;
  uint64_t accepted = 0, known = 0, rejected = 0;
  double events_per_second = 0;
  std::string last_at;
  std::vector<RejectReason> rejects;
  static constexpr auto describe() {
    return json_object("LiveSource", field("source", &LiveSource::source, "src_…"), field("accepted", &LiveSource::accepted, "in the last five minutes"),
                       field("known", &LiveSource::known, "likewise: repeats that were not stored again"), field("rejected", &LiveSource::rejected, "likewise"),
                       field("events_per_second", &LiveSource::events_per_second, "of the last ten seconds"),
                       field("last_at", &LiveSource::last_at, "of the last request"), field("rejects", &LiveSource::rejects, "why, in the last five minutes"));
  }
};
struct LiveState {
  std::vector<LiveSource> sources;
  std::vector<SeenEvent> events;
  uint64_t shown_per_second = 0;
  std::optional<double> visible_after;
  static constexpr auto describe() {
    return json_object("LiveState", field("sources", &LiveState::sources, "that sent something in the last five minutes"),
                       field("events", &LiveState::events, "the latest, newest first, at most 50"),
                       field("shown_per_second", &LiveState::shown_per_second, "at most so many events are shown; of more, a sample"),
                       field("visible_after", &LiveState::visible_after, "median of `events`, in seconds"));
  }
};

}  // namespace lotse::connect
