#pragma once
#include <condition_variable>
#include <mutex>

#include "formats/detect.h"

namespace lotse::connect::detail {

/// A table's blocks for several threads. Cutting a CSV or JSON lines into chunks is serial, splitting them into cells is not; blocks get
/// their row numbers in file order whatever thread has them.
class RowFeed {
 public:
  explicit RowFeed(formats::OpenTable& table);

  /// One thread's part.
  struct Reader {
    formats::RowBlock block;
    uint64_t number = 0;  ///< of the block, from 0 without gaps
    formats::CsvChunk spare;
    std::optional<formats::CsvParser> parser;
    std::optional<formats::JsonRowParser> json;
  };
  /// The next block; false at the end. After an error of one thread the others are told that it is over.
  Result<bool> next(Reader& reader);

 private:
  template <class Table, class Parser>
  Result<bool> next_chunk(Table& table, std::optional<Parser>& parser, Reader& reader);
  formats::OpenTable& table_;
  std::mutex mutex_;
  uint64_t blocks_ = 0;
  bool over_ = false;
  // Row numbers go from block to block in order.
  std::mutex number_mutex_;
  std::condition_variable numbered_;
  uint64_t next_number_ = 0, last_record_ = 0;
  bool broken_ = false;
};

}  // namespace lotse::connect::detail
