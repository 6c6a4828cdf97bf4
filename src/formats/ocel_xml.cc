#include <fmt/format.h>

#include <deque>

#include "formats/detail/xml.h"
#include "formats/ocel.h"

namespace lotse::formats {
namespace {

/// Objects or events of a log, one after the other.
class Pull final : public detail::XmlPull {
 public:
  Pull(ByteSource& bytes, bool objects, OcelLimits limits) : XmlPull(bytes, ""), objects_(objects), limits_(limits) { want_text(); }

  struct Entry {
    bool type = false;  // an object type's name; else an object or event
    OcelObject object;
    OcelEvent event;
  };
  /// The next one; none at the end.
  Result<std::optional<Entry>> next() {
    while (ready_.empty())
      if (!TRY(run())) break;
    if (!saw_log_) return Error::invalid("ocel_broken", "", "This is XML, but no OCEL log.");
    if (ready_.empty()) return std::optional<Entry>();
    auto first = std::optional(std::move(ready_.front()));
    ready_.pop_front();
    return first;
  }

 private:
  void start(std::string_view full, const char** given) override {
    const std::string_view name = detail::local_name(full);
    if (path_.size() >= 64) return fail(Error::make(ErrorKind::too_large, "ocel_too_large", "Elements lie too deeply in each other."));
    path_.emplace_back(name);
    if (path_.size() == 1) saw_log_ = name == "log" || name == "ocel";
    if (path_.size() == 3) {
      entry_ = {};
      bytes_ = 0;
      if (objects_ && name == "object-type") {
        entry_.type = true;
        entry_.object.type = attribute(given, "name");
        ready_.push_back(std::move(entry_));
        entry_ = {};
        suspend();
        return;
      }
      in_object_ = objects_ && path_[1] == "objects" && name == "object";
      in_event_ = !objects_ && path_[1] == "events" && name == "event";
      if (in_object_) {
        entry_.object.id = attribute(given, "id");
        entry_.object.type = attribute(given, "type");
        if (entry_.object.id.empty() || entry_.object.type.empty()) return lacking("object", entry_.object.id);
      } else if (in_event_) {
        entry_.event.id = attribute(given, "id");
        entry_.event.type = attribute(given, "type");
        entry_.event.time = attribute(given, "time");
        if (entry_.event.id.empty()) return lacking("event", entry_.event.type);
      }
      return;
    }
    if (path_.size() != 5 || (!in_object_ && !in_event_)) return;
    if (path_[3] == "attributes" && name == "attribute") {
      auto& list = in_object_ ? entry_.object.attributes : entry_.event.attributes;
      list.push_back({std::string(attribute(given, "name")), std::string(attribute(given, "time")), {}});
      value_ = &list.back().value;
      grow(list.back().name.size() + 64);
    } else if (in_event_ && path_[3] == "objects") {  // <relationship object-id="…" qualifier="…"/>, also written <object …>
      entry_.event.objects.emplace_back(attribute(given, "object-id"));
      grow(entry_.event.objects.back().size() + 32);
    }
  }

  void end(std::string_view) override {
    const bool whole = path_.size() == 3 && (in_object_ || in_event_);
    path_.pop_back();
    value_ = nullptr;
    if (!whole) return;
    in_object_ = in_event_ = false;
    ready_.push_back(std::move(entry_));
    entry_ = {};
    suspend();
  }

  void text(std::string_view t) override {
    if (!value_) return;
    *value_ += t;
    grow(t.size());
  }

  void grow(size_t bytes) {
    if ((bytes_ += bytes) > limits_.event_bytes_max)
      fail(Error::make(ErrorKind::too_large, "ocel_too_large", fmt::format("An entry of the log is larger than {} MiB.", limits_.event_bytes_max >> 20)));
  }
  void lacking(std::string_view what, std::string_view which) {
    fail(Error::invalid("ocel_broken", "", fmt::format("An {} (\"{}\") lacks its id or type.", what, which)));
  }

  const bool objects_;
  const OcelLimits limits_;
  std::vector<std::string> path_;
  bool in_object_ = false, in_event_ = false, saw_log_ = false;
  Entry entry_;
  std::string* value_ = nullptr;
  size_t bytes_ = 0;
  std::deque<Entry> ready_;
};

class XmlLog final : public OcelLog {
 public:
  XmlLog(SourceMaker source, OcelLimits limits) : make_(std::move(source)), limits_(limits) {}

  Result<void> read_objects(const OcelHandler& handler) override {
    auto bytes = make_();
    Pull pull(*bytes, true, limits_);
    for (;;) {
      auto entry = TRY(pull.next());
      if (!entry) return {};
      if (entry->type) {
        if (handler.object_type) TRY(handler.object_type(entry->object.type));
      } else if (handler.object) {
        TRY(handler.object(entry->object));
      }
    }
  }

  Result<bool> next(OcelEvent& event) override {
    if (!pull_) {
      bytes_ = make_();
      pull_ = std::make_unique<Pull>(*bytes_, false, limits_);
    }
    auto entry = TRY(pull_->next());
    if (!entry) return false;
    event = std::move(entry->event);
    return true;
  }

 private:
  const SourceMaker make_;
  const OcelLimits limits_;
  std::unique_ptr<ByteSource> bytes_;
  std::unique_ptr<Pull> pull_;
};

}  // namespace

std::unique_ptr<OcelLog> ocel_xml(SourceMaker source, OcelLimits limits) { return std::make_unique<XmlLog>(std::move(source), limits); }

}  // namespace lotse::formats
