#include <cstring>
#include <tuple>

#include "formats/detail/xlsx_merge.h"
#include "formats/detail/xml.h"

namespace lotse::formats::detail {
namespace {

// A sheet without what stands inside its <sheetData>: rows are nearly all of it, and parsing them only to skip them would cost
// as much as reading them. Where the element is not found (a sheet in UTF-16), everything is passed on.
class WithoutRows final : public ByteSource {
 public:
  explicit WithoutRows(ByteSource& inner) : inner_(inner) {}

  Result<size_t> read(std::span<char> out) override {
    while (ready_ == 0 && !ended_) TRY(look_on());
    const size_t n = std::min(out.size(), ready_);
    if (n > 0) std::memcpy(out.data(), buffer_.data() + begin_, n);
    begin_ += n;
    ready_ -= n;
    return n;
  }

 private:
  static constexpr size_t chunk = size_t{256} << 10;
  static constexpr size_t tag_max = 64;  // of "</x:sheetData>", prefix included
  static constexpr std::string_view name = "sheetData";

  size_t find(std::string_view what, size_t from) const {
    const void* at = from < buffer_.size() ? memmem(buffer_.data() + from, buffer_.size() - from, what.data(), what.size()) : nullptr;
    return at ? static_cast<size_t>(static_cast<const char*>(at) - buffer_.data()) : std::string::npos;
  }
  // Where a tag that ends before `at` with a prefix or nothing begins ("<", "</x:"); none where this is no tag.
  size_t tag_begin(std::string_view mark, size_t at) const {
    for (size_t i = at; i > begin_ && at - i < tag_max - name.size() - 1;) {
      --i;
      if (buffer_[i] == '<') return std::string_view(buffer_).substr(i, mark.size()) == mark && i + mark.size() <= at ? i : std::string::npos;
      if (buffer_[i] == '>' || buffer_[i] == ' ') break;
    }
    return std::string::npos;
  }

  // Takes the next bytes in; sets `ready_` to what may be passed on from `begin_`.
  Result<> look_on() {
    buffer_.erase(0, begin_);
    begin_ = 0;
    const size_t old = buffer_.size();
    buffer_.resize(old + chunk);
    const size_t n = TRY(inner_.read({buffer_.data() + old, chunk}));
    buffer_.resize(old + n);
    ended_ = n == 0;
    if (where_ == Where::before) {
      for (size_t at = 0; (at = find(name, at)) != std::string::npos; at += name.size()) {
        if (tag_begin("<", at) == std::string::npos) continue;
        const size_t end = buffer_.find('>', at);
        if (end == std::string::npos) break;
        where_ = buffer_[end - 1] == '/' ? Where::after : Where::rows;
        ready_ = where_ == Where::after ? buffer_.size() : end + 1;
        return {};
      }
      ready_ = ended_ ? buffer_.size() : buffer_.size() - std::min(buffer_.size(), tag_max * 4);
    } else if (where_ == Where::rows) {
      for (size_t at = 0; (at = find("sheetData>", at)) != std::string::npos; at += name.size()) {
        const size_t tag = tag_begin("</", at);
        if (tag == std::string::npos) continue;
        begin_ = tag;
        ready_ = buffer_.size() - tag;
        where_ = Where::after;
        return {};
      }
      begin_ = buffer_.size() - std::min(buffer_.size(), tag_max);
    } else {
      ready_ = buffer_.size();
    }
    return {};
  }

  enum class Where { before, rows, after };
  ByteSource& inner_;
  std::string buffer_;
  size_t begin_ = 0, ready_ = 0;
  Where where_ = Where::before;
  bool ended_ = false;
};

class MergeList final : public XmlPull {
 public:
  MergeList(ByteSource& bytes, const std::string& part, size_t columns_max, size_t ranges_max, std::vector<MergedDown>& out)
      : XmlPull(bytes, part), columns_max_(columns_max), ranges_max_(ranges_max), out_(out) {}

 protected:
  void start(std::string_view full, const char** attributes) override {
    if (local_name(full) != "mergeCell") return;
    const std::string_view reference = attribute(attributes, "ref");  // B2:B5
    const size_t colon = reference.find(':');
    if (colon == std::string_view::npos) return;
    const auto column = column_of(reference), last_column = column_of(reference.substr(colon + 1));
    const uint32_t first = row_of(reference.substr(0, colon)), last = row_of(reference.substr(colon + 1));
    if (!column || !last_column || *column > *last_column || *column >= columns_max_ || first == 0 || last <= first) return;
    out_.push_back({first, last, static_cast<uint32_t>(*column)});
    if (out_.size() > ranges_max_)
      fail(Error::make(ErrorKind::too_large, "xlsx_too_large", "The sheet holds more merged cells than are allowed. Undo the merging, or save it as CSV."));
  }
  void end(std::string_view) override {}

 private:
  static uint32_t row_of(std::string_view reference) {
    uint32_t row = 0;
    for (char c : reference)
      if (c >= '0' && c <= '9' && row < 100'000'000) row = row * 10 + static_cast<uint32_t>(c - '0');
    return row;
  }
  size_t columns_max_, ranges_max_;
  std::vector<MergedDown>& out_;
};

}  // namespace

std::optional<size_t> column_of(std::string_view reference) {
  size_t column = 0, letters = 0;
  for (char c : reference) {
    if (c >= '0' && c <= '9') break;
    if (c == '$') continue;
    if ((c | 0x20) < 'a' || (c | 0x20) > 'z' || ++letters > 4) return std::nullopt;
    column = column * 26 + static_cast<size_t>((c | 0x20) - 'a' + 1);
  }
  if (letters == 0) return std::nullopt;
  return column - 1;
}

Result<std::vector<MergedDown>> merged_down(ByteSource& sheet, const std::string& part, size_t columns_max, size_t ranges_max) {
  std::vector<MergedDown> out;
  WithoutRows tail(sheet);
  MergeList list(tail, part, columns_max, ranges_max, out);
  TRY(list.run());
  std::sort(out.begin(), out.end(), [](const MergedDown& a, const MergedDown& b) { return std::tie(a.first_row, a.column, a.last_row) < std::tie(b.first_row, b.column, b.last_row); });
  return out;
}

bool FillDown::fill(SheetRow& row, size_t bytes_max) {
  if (open_.empty() && next_ == ranges_->size()) return true;
  std::erase_if(open_, [&](const Value& v) {
    if (v.last_row >= row.number) return false;
    open_bytes_ -= v.cell.text.size();
    return true;
  });
  for (const Value& v : open_) {
    if (v.column < row.used && !row.cells[v.column].text.empty()) continue;
    row.at(v.column) = v.cell;
    row.bytes += v.cell.text.size();
  }
  for (; next_ < ranges_->size() && (*ranges_)[next_].first_row <= row.number; ++next_) {
    const MergedDown& range = (*ranges_)[next_];
    if (range.first_row != row.number || row.number <= after_row_ || range.column >= row.used || row.cells[range.column].text.empty()) continue;
    // Ranges of one column do not overlap in a sound book; in another one the later counts.
    const auto it = std::find_if(open_.begin(), open_.end(), [&](const Value& v) { return v.column == range.column; });
    if (it != open_.end()) {
      open_bytes_ -= it->cell.text.size();
      open_.erase(it);
    }
    open_.push_back({row.cells[range.column], range.column, range.last_row});
    open_bytes_ += open_.back().cell.text.size();
  }
  return row.bytes <= bytes_max && open_bytes_ <= bytes_max;
}

}  // namespace lotse::formats::detail
