#include "connect/detail/row_feed.h"

namespace lotse::connect::detail {

RowFeed::RowFeed(formats::OpenTable& table) : table_(table) {
  if (auto* csv = table.csv()) last_record_ = csv->header_record();
}

Result<bool> RowFeed::next(Reader& reader) {
  if (auto* csv = table_.csv()) return next_chunk(*csv, reader.parser, reader);
  if (auto* json = table_.json()) return next_chunk(*json, reader.json, reader);
  std::lock_guard lock(mutex_);
  if (over_) return false;
  auto more = table_.rows().next(reader.block);
  if (!more || !*more) over_ = true;
  reader.number = blocks_++;
  return more;
}

template <class Table, class Parser>
Result<bool> RowFeed::next_chunk(Table& table, std::optional<Parser>& parser, Reader& reader) {
  std::optional<formats::CsvChunk> chunk;
  {
    std::lock_guard lock(mutex_);
    if (over_) return false;
    if (!parser) parser.emplace(table.parser());
    auto next = table.next_chunk(std::move(reader.spare));
    if (!next || !*next) over_ = true;
    chunk = TRY(std::move(next));
    if (!chunk) return false;
    reader.number = blocks_++;
  }
  try {
    reader.spare = parser->parse(std::move(*chunk), reader.block);
  } catch (...) {  // out of memory: those who wait for this block's number must not wait for ever
    std::lock_guard lock(number_mutex_);
    broken_ = true;
    numbered_.notify_all();
    throw;
  }
  std::unique_lock lock(number_mutex_);
  numbered_.wait(lock, [&] { return next_number_ == reader.number || broken_; });
  if (broken_) return false;
  last_record_ = reader.block.number_from(last_record_);
  ++next_number_;
  numbered_.notify_all();
  return true;
}

}  // namespace lotse::connect::detail
