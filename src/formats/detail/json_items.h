#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "formats/byte_source.h"

namespace lotse::formats::detail {

/// Cuts a JSON document of any size into the elements of its arrays, so that each can be parsed by itself. It follows strings and
/// brackets and judges nothing else: whether an element is sound is for its parser to say.
///
///   errors  json_broken (a bracket that closes nothing, text after the end), json_cut_off (the file ends inside),
///           json_row_too_large (an element passes `item_bytes_max`); details name the offset
class JsonItems {
 public:
  enum class Shape {
    documents,  ///< one value after the other; each is an element
    arrays,     ///< one document: the elements of each array that lies in no other array, wherever in objects it is
  };
  JsonItems(ByteSource& utf8, Shape shape, size_t item_bytes_max) : bytes_(utf8), shape_(shape), item_bytes_max_(item_bytes_max) {}

  /// Appends the next element to `out`; false at the end.
  Result<bool> next(std::string& out);
  const std::string& member() const { return member_; }       ///< key of the array that the last element stands in; empty at the top
  uint64_t array() const { return array_; }                   ///< its number, from 1
  uint64_t offset_bytes() const { return offset_ + at_; }

 private:
  Result<bool> fill();
  Result<bool> take_item(std::string& out);
  Result<std::string> take_string();
  Error broken(const char* what) const;
  ByteSource& bytes_;
  const Shape shape_;
  const size_t item_bytes_max_;
  std::vector<char> buffer_ = std::vector<char>(size_t{1} << 18);
  size_t at_ = 0, end_ = 0;
  uint64_t offset_ = 0;  // of the buffer
  bool ended_ = false, begun_ = false;
  std::string open_;     // brackets around the place, outside elements
  std::string key_, member_;
  uint64_t array_ = 0;
};

}  // namespace lotse::formats::detail
