#include "connect/detail/rejects.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/result.h"
#include "formats/csv.h"

namespace lotse::connect::detail {

namespace {
struct RejectText {
  std::string_view code, de, en;
};
constexpr RejectText texts[] = {
    {"no_customer", "Die Kundennummer fehlt.", "The customer is missing."},
    {"no_event_type", "Der Ereignistyp fehlt.", "The event type is missing."},
    {"time_missing", "Der Zeitpunkt fehlt.", "The time is missing."},
    {"bad_time", "Der Zeitpunkt ist nicht lesbar.", "The time cannot be read."},
    {"bad_time_of_day", "Die Uhrzeit ist nicht lesbar.", "The time of day cannot be read."},
    {"time_out_of_range", "Der Zeitpunkt liegt außerhalb der Jahre 1 bis 9999.", "The time is outside the years 1 to 9999."},
    {"too_many_cells", "Die Zeile hat mehr Zellen als die Kopfzeile.", "The row has more cells than the header."},
    {"empty_event_type", "Der Ereignistyp fehlt.", "The event type is missing."},
    {"nul_byte", "Die Zeile enthält ein NUL-Zeichen; sie ist wohl beschädigt.", "The row holds a NUL byte; it is probably damaged."},
    {"erased", "Der Kunde wurde gelöscht.", "The customer was erased."},
    {"no_consent", "Der Kunde hat der Analyse nicht zugestimmt.", "The customer did not consent to analytics."},
    {"text_too_long", "Ein Text der Zeile ist länger als 10.000 Zeichen.", "A text of the row is longer than 10,000 characters."},
};
}  // namespace

std::string_view reject_text(std::string_view code, std::string_view language) {
  for (const auto& t : texts)
    if (t.code == code) return language == "en" ? t.en : t.de;
  return code;
}

void ReasonCounts::add(std::string_view code, uint64_t row, std::string_view example) {
  auto it = reasons_.find(code);
  if (it == reasons_.end()) it = reasons_.emplace(std::string(code), Reason{}).first;
  Reason& reason = it->second;
  if (reason.rows++ == 0 || row < reason.first_row) {
    reason.first_row = row;
    size_t end = std::min<size_t>(example.size(), 100);
    while (end < example.size() && end > 0 && (static_cast<unsigned char>(example[end]) & 0xC0) == 0x80) --end;  // whole characters
    reason.example = std::string(example.substr(0, end));
  }
}

void ReasonCounts::add(const ReasonCounts& other) {
  for (const auto& [code, theirs] : other.reasons_) {
    Reason& ours = reasons_[code];
    if (ours.rows == 0 || theirs.first_row < ours.first_row) {
      ours.first_row = theirs.first_row;
      ours.example = theirs.example;
    }
    ours.rows += theirs.rows;
  }
}

uint64_t ReasonCounts::total() const {
  uint64_t n = 0;
  for (const auto& [code, reason] : reasons_) n += reason.rows;
  return n;
}

std::vector<RejectReason> ReasonCounts::list() const {
  std::vector<RejectReason> out;
  for (const auto& [code, reason] : reasons_)
    out.push_back({code, reason.rows, std::to_string(reason.first_row) + ": " + reason.example});
  std::ranges::stable_sort(out, std::greater{}, &RejectReason::rows);
  return out;
}

RejectFile::~RejectFile() {
  if (file_) std::fclose(file_);
}

void RejectFile::append_row(std::string& text, uint64_t row, std::string_view code, const std::vector<std::string_view>& cells) const {
  const std::string number = std::to_string(row);
  std::vector<std::string_view> all = {number, code, reject_text(code, language_)};
  all.insert(all.end(), cells.begin(), cells.end());
  formats::append_csv_row(text, all);
}

Result<void> RejectFile::write(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), file_) == text.size()) return {};
  return Error::make(errno == ENOSPC ? ErrorKind::unavailable : ErrorKind::internal, errno == ENOSPC ? "disk_full" : "file_not_writable",
                     path_.string() + ": " + std::strerror(errno));
}

Result<void> RejectFile::block(uint64_t number, std::string text, uint64_t rows, const std::vector<std::string>& columns) {
  std::lock_guard lock(mutex_);
  waiting_[number] = {std::move(text), rows};
  for (auto it = waiting_.find(next_); it != waiting_.end(); it = waiting_.find(++next_)) {
    const auto [lines, count] = std::move(it->second);
    waiting_.erase(it);
    if (lines.empty() || rows_ >= rows_max) continue;
    if (!file_) {
      file_ = std::fopen(path_.c_str(), "wb");
      if (!file_) return Error::make(ErrorKind::unavailable, errno == ENOSPC ? "disk_full" : "file_not_writable", path_.string() + ": " + std::strerror(errno));
      std::string head = "\xEF\xBB\xBF";
      const bool german = language_ != "en";
      std::vector<std::string_view> names = {german ? "Zeile" : "row", "code", german ? "Grund" : "reason"};
      names.insert(names.end(), columns.begin(), columns.end());
      formats::append_csv_row(head, names);
      TRY(write(head));
    }
    TRY(write(lines));
    rows_ += count;
  }
  return {};
}

Result<void> RejectFile::finish() {
  std::lock_guard lock(mutex_);
  if (!file_) return {};
  std::FILE* file = file_;
  file_ = nullptr;
  if (std::fclose(file) != 0)
    return Error::make(ErrorKind::unavailable, errno == ENOSPC ? "disk_full" : "file_not_writable", path_.string() + ": " + std::strerror(errno));
  return {};
}

}  // namespace lotse::connect::detail
