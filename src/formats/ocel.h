#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/byte_source.h"
#include "formats/table.h"

/// Object-centric event logs, OCEL 2.0: an event belongs to any number of objects of several types. Lotse counts by customers,
/// so one object type is chosen as the customer, and one may be the instance key.
namespace lotse::formats {

struct OcelOptions {
  std::string customer_type;  ///< empty: chosen by name, else the type with the most objects
  std::string key_type;       ///< empty: none
};
struct OcelLimits {
  size_t objects_bytes_max = size_t{1} << 30;     ///< what is kept of all objects
  size_t event_bytes_max = size_t{16} << 20;      ///< one event or object as it is written
  size_t columns_max = 5000;
};

struct OcelValue {
  std::string name, time, value;  ///< time: from when on; of objects only
};
struct OcelObject {
  std::string id, type;
  std::vector<OcelValue> attributes;
};
struct OcelEvent {
  std::string id, type, time;
  std::vector<OcelValue> attributes;
  std::vector<std::string> objects;  ///< ids, as often as they are named
};
struct OcelObjectType {
  std::string name;
  uint64_t objects = 0;
};

/// One reading of a log in file order. Views and references live for the call.
struct OcelHandler {
  std::function<Result<void>(std::string_view name)> object_type = {};
  std::function<Result<void>(OcelObject&)> object = {};  ///< none: objects are passed over
};
/// A log that can be read again from its start, whatever it is written in.
class OcelLog {
 public:
  virtual ~OcelLog() = default;
  /// Reads all object types and objects.
  virtual Result<void> read_objects(const OcelHandler& handler) = 0;
  /// Events from the first one on; false at the end.
  virtual Result<bool> next(OcelEvent& event) = 0;
};

/// Opens the file's bytes from their start, unpacked and in UTF-8.
using SourceMaker = std::function<std::unique_ptr<ByteSource>()>;
/// errors of both while reading: ocel_broken (an event or object without what it must have; detail names it), ocel_not_read, and those
/// of JSON (json_broken, json_cut_off, json_row_too_large) or XML (xml_broken, xml_doctype, xml_tag_too_large)
std::unique_ptr<OcelLog> ocel_json(SourceMaker source, OcelLimits limits = {});
std::unique_ptr<OcelLog> ocel_xml(SourceMaker source, OcelLimits limits = {});

/// The log as a table: a row for each event and each of its objects of the customer type (times each of its objects of the key
/// type); an event without an object of the customer type is one row with an empty customer, which an import rejects and counts.
///
/// Columns: "ocel:eid", "ocel:activity", "ocel:timestamp", "ocel:type:T" for each object type T (for types that are neither customer
/// nor key all ids, joined by ", "), then attributes as they turn up: those of the event by their name, those of the customer object as
/// "customer:NAME", those of the key object as "T:NAME", both with the value they had when the event happened.
///   memory   grows with objects and their attributes' values (of the two chosen types), not with events
///   errors   unknown_object_type; ocel_too_large; too_many_columns; those of the log
class OcelReader : public TableReader {
 public:
  static Result<std::unique_ptr<OcelReader>> open(std::unique_ptr<OcelLog> log, OcelOptions options, std::vector<std::string> first_columns = {},
                                                  OcelLimits limits = {});
  virtual const std::vector<OcelObjectType>& object_types() const = 0;
  virtual const OcelOptions& options() const = 0;  ///< with what was chosen
};

inline constexpr std::string_view customer_attribute_prefix = "customer:";

}  // namespace lotse::formats
