#include "connect/detail/portion.h"

#include "formats/csv.h"

namespace lotse::connect::detail {

namespace {
constexpr formats::CsvWriteOptions csv_form{.delimiter = ',', .formula_safe = false};

/// Calls `take` with the table's text, piece by piece.
template <class Take>
Result<void> print(const std::vector<std::string>& names, const std::vector<std::vector<std::pair<size_t, std::string>>>& rows, size_t rows_at_most, Take take) {
  std::string text;
  std::vector<std::string_view> cells(names.begin(), names.end());
  formats::append_csv_row(text, cells, csv_form);
  for (size_t r = 0; r < std::min(rows.size(), rows_at_most); ++r) {
    std::ranges::fill(cells, std::string_view{});
    for (const auto& [column, value] : rows[r]) cells[column] = value;
    formats::append_csv_row(text, cells, csv_form);
    if (text.size() > (1 << 18)) {
      TRY(take(text));
      text.clear();
    }
  }
  return take(text);
}
}  // namespace

size_t Portion::column(const std::string& name) {
  const auto [at, fresh] = places_.try_emplace(name, names_.size());
  if (fresh) names_.push_back(name);
  return at->second;
}
void Portion::expect(const std::vector<std::string>& columns) {
  for (const auto& name : columns) column(name);
}
bool Portion::full() const {
  return rows_.size() >= rows_max || bytes_ >= bytes_max || (!rows_.empty() && std::chrono::steady_clock::now() - begun_ > std::chrono::seconds(30));
}
void Portion::add(formats::RecordFields&& fields) {
  auto& row = rows_.emplace_back();
  row.reserve(fields.size());
  for (auto& [name, value] : fields) {
    bytes_ += value.size() + sizeof(row[0]);
    row.emplace_back(column(name), std::move(value));
  }
}
Result<void> Portion::write(IncomingFile& file) const {
  return print(names_, rows_, rows_.size(), [&](const std::string& text) { return file.write({text.data(), text.size()}); });
}
std::string Portion::csv(size_t rows_at_most) const {
  std::string out;
  (void)print(names_, rows_, rows_at_most, [&](const std::string& text) -> Result<void> {
    out += text;
    return {};
  });
  return out;
}

ReadOptions portion_options(ReadOptions read) {
  read.format = "csv";
  read.encoding = "utf-8";
  read.delimiter = ",";
  read.header = true;
  read.sheet.reset();
  read.lifecycle.reset();
  read.classifier_with_lifecycle.reset();
  return read;
}

}  // namespace lotse::connect::detail
