#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/byte_source.h"
#include "formats/table.h"

/// XES 1 and 2 (IEEE 1849), read by a push parser: memory grows with the largest trace, not with the log.
namespace lotse::formats {

enum class XesType : uint8_t { string, date, integer, decimal, boolean, id, list };

struct XesAttribute {
  std::string_view key;    ///< nested ones: "outer.inner"; members of a list: "list[0]", "list[1]" …
  std::string_view value;  ///< text as in the file
  XesType type;
};

/// One event with the attributes of its trace.
struct XesEvent {
  uint64_t trace = 0;                          ///< number of the trace in the file, from 0
  std::optional<std::string_view> trace_name;  ///< concept:name of the trace; traces with equal names are one instance
  std::string_view name;                       ///< concept:name, or the classifier's values joined by '+'
  std::string_view time;                       ///< time:timestamp as in the file; empty where there is none
  std::string_view lifecycle;                  ///< lifecycle:transition, or empty
  const char* problem = nullptr;  ///< or why the event is rejected: empty_event_type, time_missing
  std::span<const XesAttribute> trace_attributes;
  std::span<const XesAttribute> attributes;  ///< in file order; a key may repeat
};

struct XesOptions {
  /// Keys whose values make the event's name; one that is missing counts as empty, all missing is no name. "name" and
  /// "lifecycle" stand for concept:name and lifecycle:transition.
  std::vector<std::string> classifier = {"concept:name"};
  /// Only events with this lifecycle:transition, upper and lower case alike; empty: all. Others are not given at all.
  std::string lifecycle;
  size_t attributes_max = 5000;                        ///< of one event or trace, nested ones included
  size_t depth_max = 64;                               ///< of nested elements
  size_t trace_bytes_max = size_t{64} << 20;  ///< of buffered events; beyond it events are given before the trace ends
};

struct XesCounts {
  uint64_t traces = 0, events = 0;  ///< as in the file
  uint64_t filtered_events = 0;     ///< left out by the lifecycle filter
  uint64_t loose_events = 0;        ///< outside any trace; they belong to no instance and are not given
};

/// Gives each event of each trace in file order, after all attributes of the trace are known, wherever in it
/// they stand. Globals are not used as defaults, nested attributes never as name or time; of a repeated key the last counts.
///
///   errors   xml_doctype    a DOCTYPE; none is ever expanded, so entity bombs cannot go off
///            xml_broken     no well-formed XML; detail names line and column
///            xes_no_log     the root is not <log>
///            xes_too_large  more attributes or depth than the options allow, or one tag of more than 16 MiB
///            empty_file     not a single byte
/// One thread at a time. Cost: about 10 ns a byte, nearly all of it in expat.
class XesLog {
 public:
  XesLog(ByteSource& bytes, XesOptions options);
  ~XesLog();
  /// The next event; false at the end. Views live until the next call.
  Result<bool> next(XesEvent& event);
  const XesCounts& counts() const;  ///< so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The same log as a table, a row an event. First columns: "case:concept:name", "concept:name" (by the classifier), "time:timestamp",
/// "lifecycle:transition"; then attributes as they turn up, those of the trace with "case:" before their key. A
/// nameless trace has the key "unnamed trace N" (N from 1). Rejected events carry a RowProblem.
/// `first_columns` fixes the order of further columns, so that one found by `detect` keeps its place.
class XesReader : public TableReader {
 public:
  static Result<std::unique_ptr<XesReader>> open(ByteSource& bytes, XesOptions options = {},
                                                 std::vector<std::string> first_columns = {});
  virtual const XesCounts& counts() const = 0;  ///< so far
};

/// True where the text begins like XML.
bool is_xml(std::string_view bytes);

}  // namespace lotse::formats
