#pragma once
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"

/// An event log on its way into a file of XES or OCEL 2.0. What the files call things is what `detect` knows them by, so that they come
/// back without a question (suggest_own_roles).
namespace lotse::formats {

/// Takes the bytes in order.
using ByteSink = std::function<Result<void>(std::string_view)>;

struct WrittenAttribute {
  std::string_view name;   ///< as `export_name` gives it
  std::string_view value;  ///< not empty
};
struct WrittenEvent {
  std::string_view customer, type;
  std::string_view instance_key;  ///< empty: none
  Micros time{0};
  std::string_view source, channel, direction, unit;  ///< empty: none
  std::optional<double> cost;
  std::span<const WrittenAttribute> attributes;           ///< of the event
  std::span<const WrittenAttribute> customer_attributes;  ///< said of the customer with this event; names without the prefix
};

/// Columns that every export has, in this order; imported attributes follow.
inline constexpr std::string_view export_columns[] = {"time", "customer", "instance_key", "event_type", "source", "channel", "direction", "unit", "cost"};
/// What an attribute of events is called in an export: its name, with "attribute:" before it where that means something else there.
std::string export_name(std::string_view attribute);
inline constexpr std::string_view attribute_prefix = "attribute:";
/// Whose an event is besides its customer's: columns or attributes of these names, as BuiltinAttribute has them in this order.
inline constexpr std::string_view reference_columns[] = {"lotse:account", "lotse:contract", "lotse:order"};

/// A number so that reading it gives the same one; never with an exponent.
std::string plain_number(double value);

/// XES (IEEE 1849). Events come by customer, instance key and time; each pair of both is a trace, whose concept:name is the key, or the
/// customer where there is none. Characters that XML cannot hold become U+FFFD.
class XesWriter {
 public:
  explicit XesWriter(ByteSink sink) : sink_(std::move(sink)) {}
  Result<void> begin();
  Result<void> event(const WrittenEvent& event);
  Result<void> finish();

 private:
  Result<void> flush(size_t above);
  ByteSink sink_;
  std::string out_, customer_, key_;
  bool in_trace_ = false;
};

/// OCEL 2.0 as JSON. Events come by customer and instance key. Objects: customers (type "customer", with their attributes over time) and
/// instances (type "lotse:instance": a customer's passage with its key); the key itself is an attribute of the event, too. Values are
/// texts, as the published schema has them.
///   memory  one customer's attributes, and which event type has which attributes
class OcelJsonWriter {
 public:
  /// `objects` takes the part that `finish` puts behind the events; `read_objects` gives it back, piece by piece.
  OcelJsonWriter(ByteSink sink, ByteSink objects) : sink_(std::move(sink)), objects_(std::move(objects)) {}
  Result<void> begin();
  Result<void> event(const WrittenEvent& event);
  Result<void> finish(const std::function<Result<void>(const ByteSink&)>& read_objects);

 private:
  struct Change {
    int64_t time_us;
    std::string name, value;
  };
  Result<void> end_customer();
  Result<void> flush(size_t above);
  ByteSink sink_, objects_;
  std::string out_, objects_out_, customer_, key_;
  bool in_customer_ = false, any_object_ = false;
  uint64_t events_ = 0;
  std::vector<Change> changes_;
  std::map<std::string, std::set<std::string>, std::less<>> types_;
  std::set<std::string, std::less<>> customer_attributes_;
};

}  // namespace lotse::formats
