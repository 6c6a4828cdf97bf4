#pragma once
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "formats/table.h"
#include "formats/timestamp.h"

/// From cells to typed columns: the inner loops of an import.
namespace lotse::formats {

/// Texts numbered 0, 1, 2 … in order of first appearance. One thread at a time.
/// Cost: about 10 ns a look-up while the texts fit the cache; memory 24 bytes and the text for each different one.
class TextDictionary {
 public:
  TextDictionary();
  /// The number of `text`, a new one if it was not there.
  uint32_t code(std::string_view text);
  /// The text of a number; the view lives as long as the dictionary.
  std::string_view text(uint32_t code) const { return texts_[code]; }
  size_t size() const { return texts_.size(); }

 private:
  void grow();
  std::string_view keep(std::string_view text);
  struct Slot {
    uint32_t hash = 0;
    uint32_t code_plus_1 = 0;  // 0: free
  };
  std::vector<Slot> slots_;
  std::vector<std::string_view> texts_;
  std::vector<std::unique_ptr<char[]>> blocks_;
  size_t block_left_ = 0;
};

/// Appends the code of each row's cell, outer blanks cut; an empty one gets `empty_code`.
inline constexpr uint32_t empty_code = 0xFFFFFFFF;
void append_codes(const RowBlock& block, size_t column, TextDictionary& dictionary, std::vector<uint32_t>& out);

/// Appends each row's stamp.
void append_stamps(const RowBlock& block, size_t column, const StampReader& reader, std::vector<Stamp>& out);

/// `text` without blanks, tabs, line ends and no-break spaces around it.
std::string_view without_outer_blanks(std::string_view text);

}  // namespace lotse::formats
