#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

/// Bodies of the tracking API (the Segment specification's calls) -> plain values.
namespace lotse::formats {

enum class TrackingCall : uint8_t { track, identify, page, screen, group, alias };
/// "track", "identify", … ; nothing for any other word.
std::optional<TrackingCall> tracking_call(std::string_view word);

struct TrackingLimits {
  size_t events_max = 10'000;             ///< in one body
  size_t event_bytes_max = 32 * 1024;     ///< of names and values of one event; above it the event is rejected
  size_t depth_max = 64;                  ///< of the JSON; above it the body is refused
  size_t attributes_max = 64;             ///< of one event; further ones are left out
  size_t nesting_max = 4;                 ///< of objects in properties and traits; what lies deeper is left out
  size_t name_bytes_max = 200;            ///< longer names are left out
  size_t text_bytes_max = 1'000;          ///< longer values are cut after a whole character
};

/// What a further identifier of an event's customer is.
enum class TrackedId : uint8_t { anonymous_id, previous_id, email, phone };

/// What an event refers to besides its customer. `account_from_here`: the customer's later events belong to the account, too.
enum class TrackedReference : uint8_t { account, contract, order, account_from_here };

/// One call that can become an event. Texts are valid UTF-8 without control characters.
struct TrackingEvent {
  size_t index = 0;          ///< in the body
  TrackingCall call = TrackingCall::track;
  std::string customer;      ///< userId, else anonymousId; never empty
  bool anonymous = false;    ///< it is the anonymousId
  /// Further identifiers of the same customer: what identify (anonymousId; the traits email and phone) and alias (previousId) name.
  /// They are in no attribute.
  std::vector<std::pair<TrackedId, std::string>> identifiers;
  /// groupId of group and of the context, the properties account_id, contract_id and order_id, company.id of identify's traits.
  /// They are in no attribute.
  std::vector<std::pair<TrackedReference, std::string>> references;
  std::string type;          ///< the event type: the `event` of track; "page: NAME", "screen: NAME", else the call's own word
  std::string message_id;    ///< empty: none
  Micros time{0};            ///< corrected by the sender's clock
  std::vector<std::pair<std::string, std::string>> attributes;  ///< each name once
  std::vector<std::pair<std::string, std::string>> traits;      ///< of identify and group: of the customer
  std::vector<std::pair<std::string, bool>> consents;           ///< context.consent.categoryPreferences: category → granted
};
struct TrackingReject {
  size_t index = 0;
  const char* code = "";
};
struct TrackingBody {
  std::string write_key;     ///< as the body (or its first event) says it, or empty
  std::vector<TrackingEvent> events;
  std::vector<TrackingReject> rejected;  ///< by index
};

/// Reads a body. `call` is the call of a body that is one event; without it the body is {"batch": […]} whose items name theirs.
///
///   received   the server's time: of events without a time, and to correct the sender's clock: where `sentAt` is known, an
///              event happened as long before `received` as its own time lies before `sentAt`
///   historical times are taken as they are (import)
///   errors     invalid_json, invalid_utf8, json_too_deep, not_an_object, no_batch, too_many_events
///   rejected   not_an_object, unknown_call, no_customer, no_event_type, bad_time, time_out_of_range, event_too_large
///
/// Left out by name or look: arrays, null, addresses of web pages with their queries (page.url, page.search), IP address, user
/// agent, names and addresses of persons, whatever looks like an e-mail address.
///
///   cost     about 1 µs for each 300 bytes
///   threads  any; each keeps a parser of its own
Result<TrackingBody> read_tracking(std::string body, std::optional<TrackingCall> call, Micros received, bool historical = false,
                                   const TrackingLimits& limits = {});

}  // namespace lotse::formats
