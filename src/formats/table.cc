#include "formats/table.h"

#include <fmt/format.h>

#include <set>

#include "formats/csv.h"

namespace lotse::formats {

void RowBlock::clear() {
  side_.clear();
  cell_count_ = open_first_ = 0;
  rows_.clear();
  kinds_.clear();
  problems_.clear();
  first_record_ = 1;
  first_byte_ = record_count_ = 0;
}

void RowBlock::add_cell(std::string_view text, CellKind kind) {
  if (cell_count_ == cells_.size()) cells_.resize(std::max<size_t>(1024, cells_.size() * 2));
  cells_[cell_count_++] = {static_cast<uint32_t>(side_.size()), static_cast<uint32_t>(text.size()) | side_bit};
  side_ += text;
  kinds_.push_back(kind);
}

void RowBlock::end_row(uint32_t record_in_block) {
  rows_.push_back({static_cast<uint32_t>(open_first_), static_cast<uint32_t>(cell_count_ - open_first_), 0, 0, record_in_block});
  open_first_ = cell_count_;
  record_count_ = record_in_block + uint64_t{1};
}

void RowBlock::drop_open_row() {
  cell_count_ = open_first_;
  kinds_.resize(cell_count_);
}

std::string RowBlock::row_text(size_t row) const {
  const Row& r = rows_[row];
  if (r.end > r.begin) return {buffer_.data() + r.begin, r.end - r.begin};
  std::string out;
  for (size_t i = 0; i < r.cell_count; ++i) {
    if (i > 0) out += ';';
    append_csv_cell(out, cell(row, i), {.formula_safe = false});
  }
  return out;
}

std::vector<std::string> usable_names(std::vector<std::string> names) {
  std::set<std::string> seen;
  size_t number = 0;
  for (std::string& name : names) {
    ++number;
    constexpr std::string_view blanks = " \t\r\n";
    const size_t first = name.find_first_not_of(blanks);
    name = first == std::string::npos ? fmt::format("column_{}", number)
                                      : name.substr(first, name.find_last_not_of(blanks) - first + 1);
    if (seen.insert(name).second) continue;
    for (size_t copy = 2;; ++copy)
      if (auto other = fmt::format("{} ({})", name, copy); seen.insert(other).second) {
        name = std::move(other);
        break;
      }
  }
  return names;
}

}  // namespace lotse::formats
