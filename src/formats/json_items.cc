#include <fmt/format.h>

#include "formats/detail/json_items.h"

namespace lotse::formats::detail {

namespace {
bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
constexpr size_t depth_max = 64, key_bytes_max = 4096;
}  // namespace

Error JsonItems::broken(const char* what) const {
  return Error::invalid("json_broken", "", fmt::format("The JSON is damaged at byte {}: {}.", offset_bytes(), what));
}

Result<bool> JsonItems::fill() {
  if (at_ < end_) return true;
  if (ended_) return false;
  offset_ += end_;
  at_ = end_ = 0;
  end_ = TRY(bytes_.read(buffer_));
  ended_ = end_ == 0;
  return end_ > 0;
}

Result<std::string> JsonItems::take_string() {
  std::string text;
  ++at_;
  bool escaped = false;
  while (TRY(fill())) {
    const char c = buffer_[at_++];
    if (escaped) {
      escaped = false;
    } else if (c == '\\') {
      escaped = true;
    } else if (c == '"') {
      return text;
    }
    if (text.size() < key_bytes_max) text += c;  // a value that is no element may be long: its text is not needed
  }
  return Error::invalid("json_cut_off", "", "The JSON ends in the middle of a text. It was not copied or saved whole.");
}

/// From the first byte of a value to its last.
Result<bool> JsonItems::take_item(std::string& out) {
  const size_t begin = out.size();
  const uint64_t from = offset_bytes();
  size_t depth = 0;
  bool in_string = false, escaped = false, scalar = true;
  while (TRY(fill())) {
    const size_t first = at_;
    bool done = false;
    while (at_ < end_ && !done) {
      const char c = buffer_[at_];
      if (in_string) {
        ++at_;
        if (escaped) {
          escaped = false;
        } else if (c == '\\') {
          escaped = true;
        } else if (c == '"') {
          in_string = false;
          done = depth == 0;
        }
        continue;
      }
      if (depth == 0 && scalar && (c == ',' || c == ']' || c == '}' || is_blank(c))) {
        done = true;
        break;
      }
      ++at_;
      if (c == '"') {
        in_string = true;
      } else if (c == '{' || c == '[') {
        scalar = false;
        ++depth;
      } else if (c == '}' || c == ']') {
        done = --depth == 0;
      }
    }
    out.append(buffer_.data() + first, at_ - first);
    if (out.size() - begin > item_bytes_max_)
      return Error::make(ErrorKind::too_large, "json_row_too_large",
                         fmt::format("The JSON value that begins at byte {} is larger than {} MiB.", from, item_bytes_max_ >> 20));
    if (done) return true;
  }
  if (depth == 0 && scalar && !in_string) return true;
  return Error::invalid("json_cut_off", "", fmt::format("The JSON ends in the middle of the value that begins at byte {}. It was not copied or saved whole.", from));
}

Result<bool> JsonItems::next(std::string& out) {
  for (;;) {
    if (!TRY(fill())) {
      if (open_.empty()) return false;
      return Error::invalid("json_cut_off", "", "The JSON ends before its last bracket is closed. It was not copied or saved whole.");
    }
    const char c = buffer_[at_];
    if (is_blank(c) || c == ',' || c == ':') {
      ++at_;
      continue;
    }
    if (shape_ == Shape::documents) {
      if (c == ']' || c == '}') return broken("a bracket closes nothing");
      begun_ = true;
      ++array_;
      return take_item(out);
    }
    const bool in_array = !open_.empty() && open_.back() == '[';
    if (c == ']' || c == '}') {
      if (open_.empty() || (open_.back() == '[') != (c == ']')) return broken("a bracket closes nothing");
      open_.pop_back();
      ++at_;
      continue;
    }
    if (in_array) return take_item(out);
    if (open_.empty() && begun_) return broken("text stands after the end");
    begun_ = true;
    if (c == '{' || c == '[') {
      if (open_.size() >= depth_max) return broken("objects lie too deeply in each other");
      open_ += c;
      if (c == '[') {
        member_ = key_;
        ++array_;
      }
      ++at_;
    } else if (c == '"') {
      key_ = TRY(take_string());  // a key, or a value: then the next key takes its place
    } else {
      std::string unused;
      TRY(take_item(unused));
    }
  }
}

}  // namespace lotse::formats::detail
