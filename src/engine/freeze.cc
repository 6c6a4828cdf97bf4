#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <atomic>
#include <cstring>

#include "engine/detail/snapshot.h"
#include "engine/snapshot.h"

// Layout (all little-endian; docs/method/engine.md describes it for readers of the bytes):
//   Header (64 bytes) · section table · meta words · arrays, each aligned to 64 bytes and followed by 64 zero bytes.
// The header's sum covers table and meta; each array has its own sum, so that arrays are checked in parallel.
namespace lotse::engine {

using namespace detail;

namespace {

constexpr uint64_t magic = 0x31534E4D554C4F43;  // "COLUMNS1"
constexpr uint32_t format_version = 1;
constexpr size_t alignment = 64;

struct Header {
  uint64_t magic = engine::magic;
  uint32_t version = format_version;
  uint32_t section_count = 0;
  uint64_t total_bytes = 0;
  uint64_t meta_words = 0;
  uint64_t meta_sum = 0;  ///< over section table and meta
  uint64_t reserved[2] = {0, 0};
  uint64_t header_sum = 0;  ///< over the bytes before
};
static_assert(sizeof(Header) == 64);

struct Section {
  uint64_t offset = 0;
  uint64_t bytes = 0;
  uint64_t sum = 0;
};

uint64_t aligned(uint64_t bytes) { return (bytes + alignment - 1) / alignment * alignment; }

uint64_t sum_of(const void* data, size_t bytes) { return XXH3_64bits(data, bytes); }

Error broken(const char* what) { return Error::make(ErrorKind::internal, "snapshot_broken", what); }

/// Collects meta words and arrays in a fixed order, which Reader follows.
class Writer {
 public:
  void word(uint64_t value) { meta.push_back(value); }
  void array(const void* data, size_t bytes) { arrays.push_back({data, bytes}); }
  void column(const CodeColumn& c, size_t rows) {
    word(c.width);
    word(c.constant);
    word(c.max);
    if (c.width) array(c.data, rows * c.width);
  }
  void part(const Part& part) {
    const Segment& s = *part.segment;
    word(s.customer_count);
    word(s.row_count);
    word(part.live_customers);
    word(part.live_rows);
    word(part.live != nullptr);
    word(s.gap_word_count);
    word(s.exception_count);
    word(s.arrival_base);
    word(s.arrival_max);
    word(s.arrival_wide);
    word(static_cast<uint64_t>(s.time_first));
    word(static_cast<uint64_t>(s.time_last));
    word(s.attributes.size());
    if (part.live) array(part.live->data(), part.live->size() * 8);
    array(s.customers, s.customer_count * size_t{4});
    array(s.offsets, (s.customer_count + size_t{1}) * 4);
    array(s.first_time, s.customer_count * size_t{8});
    array(s.blocks, (s.block_count() + size_t{1}) * sizeof(GapBlock));
    array(s.gap_words, s.gap_word_count * 4);
    array(s.exceptions, s.exception_count * sizeof(GapException));
    array(s.arrival_data, s.row_count * size_t{s.arrival_wide ? 8u : 4u});
    column(s.event_class, s.row_count);
    column(s.instance_key, s.row_count);
    for (const auto& attribute : s.attributes) column(attribute, s.row_count);
  }
  std::vector<uint64_t> meta;
  std::vector<std::span<const std::byte>> arrays_as_bytes() const {
    std::vector<std::span<const std::byte>> list;
    for (auto [data, bytes] : arrays) list.emplace_back(static_cast<const std::byte*>(data), bytes);
    return list;
  }

 private:
  std::vector<std::pair<const void*, size_t>> arrays;
};

/// Gives meta words and arrays back; asking beyond what is there gives an error, wrong sizes too.
class Reader {
 public:
  Reader(std::span<const std::byte> bytes, std::span<const Section> sections, std::span<const uint64_t> meta)
      : bytes_(bytes), sections_(sections), meta_(meta) {}

  Result<uint64_t> word(uint64_t limit = UINT64_MAX) {
    if (next_word_ >= meta_.size()) return broken("meta ends early");
    if (meta_[next_word_] > limit) return broken("a number beyond its limit");
    return meta_[next_word_++];
  }
  template <class T>
  Result<const T*> array(uint64_t count) {
    if (next_array_ >= sections_.size()) return broken("arrays end early");
    const Section& section = sections_[next_array_++];
    if (section.bytes != count * sizeof(T)) return broken("an array of the wrong length");
    return reinterpret_cast<const T*>(bytes_.data() + section.offset);
  }
  bool done() const { return next_word_ == meta_.size() && next_array_ == sections_.size(); }

 private:
  std::span<const std::byte> bytes_;
  std::span<const Section> sections_;
  std::span<const uint64_t> meta_;
  size_t next_word_ = 0, next_array_ = 0;
};

template <class T>
bool none_above(const T* codes, uint64_t count, uint32_t max) {
  T high = 0;
  for (uint64_t i = 0; i < count; ++i) high = std::max(high, codes[i]);
  return high <= max;
}

Result<CodeColumn> read_column(Reader& reader, uint64_t rows) {
  CodeColumn c;
  c.width = TRY(reader.word(4));
  c.constant = TRY(reader.word(UINT32_MAX));
  c.max = TRY(reader.word(c.width == 2 ? UINT16_MAX : UINT32_MAX - 1));
  if (c.width == 0) {
    if (c.constant > c.max) return broken("a code above its maximum");
  } else if (c.width == 2) {
    c.data = TRY(reader.array<uint16_t>(rows));
    if (!none_above(c.narrow(), rows, c.max)) return broken("a code above its maximum");
  } else if (c.width == 4) {
    c.data = TRY(reader.array<uint32_t>(rows));
    if (!none_above(c.wide(), rows, c.max)) return broken("a code above its maximum");
  } else {
    return broken("a column of unknown width");
  }
  return c;
}

/// What the scans take for granted; the sums have only shown that the bytes are those once written.
Result<void> check_structure(const Segment& s) {
  if (s.offsets[0] != 0 || s.offsets[s.customer_count] != s.row_count) return broken("customer offsets");
  for (uint32_t c = 0; c < s.customer_count; ++c) {
    if (s.offsets[c] >= s.offsets[c + 1]) return broken("customer offsets");
    if (c > 0 && s.customers[c - 1] >= s.customers[c]) return broken("order of customers");
  }
  for (uint32_t b = 0; b < s.block_count(); ++b) {
    const GapBlock& block = s.blocks[b];
    const uint64_t rows = std::min(block_rows, s.row_count - b * block_rows);
    const uint32_t last = s.blocks[b + 1].first_exception;
    if (block.unit_us != 0 && block.unit_us != 1 && block.unit_us != 1'000 && block.unit_us != 1'000'000) return broken("unit of a block");
    if (block.word % 2 || block.word > s.gap_word_count || s.gap_word_count - block.word < rows * (block.unit_us ? 1 : 2)) return broken("place of a block");
    if (block.first_exception > last || last > s.exception_count) return broken("exceptions of a block");
    uint64_t row = uint64_t{b} * block_rows;
    for (uint32_t e = block.first_exception; e < last; ++e) {
      if (s.exceptions[e].row < row || s.exceptions[e].row >= (uint64_t{b} + 1) * block_rows || s.exceptions[e].row >= s.row_count) return broken("row of an exception");
      row = s.exceptions[e].row + 1;
    }
  }
  return {};
}

/// Times ascend and stay within their bounds, which quantiles take for granted.
Result<void> check_times(const Segment& s, Executor& executor) {
  if (s.row_count && (s.time_first < time_min_us || s.time_last > time_max_us || s.time_first > s.time_last)) return broken("bounds of times");
  std::atomic<bool> right = true;
  for_ranges(executor, s.customer_count, executor.width() * 32, [&](size_t from, size_t to) {
    std::vector<int64_t> gaps;
    for (size_t c = from; c < to; ++c) {
      const uint32_t rows = s.offsets[c + 1] - s.offsets[c];
      gaps.resize(std::max<size_t>(gaps.size(), rows));
      s.gaps(s.offsets[c], s.offsets[c + 1], gaps.data());
      int64_t time = s.first_time[c];
      bool good = time >= s.time_first && time <= s.time_last && gaps[0] == 0;
      for (uint32_t i = 1; i < rows && good; ++i) {
        good = gaps[i] >= 0 && gaps[i] <= s.time_last - time;
        time += good ? gaps[i] : 0;
      }
      if (!good) right = false;
    }
  });
  if (!right) return broken("order of times");
  return {};
}

Result<Part> read_part(Reader& reader, const std::shared_ptr<const void>& owner, Executor& executor) {
  auto segment = std::make_shared<Segment>();
  Segment& s = *segment;
  Part part;
  s.customer_count = TRY(reader.word(UINT32_MAX - block_rows));
  s.row_count = TRY(reader.word(UINT32_MAX - block_rows));
  part.live_customers = TRY(reader.word(s.customer_count));
  part.live_rows = TRY(reader.word(s.row_count));
  const bool has_live = TRY(reader.word(1));
  s.gap_word_count = TRY(reader.word(uint64_t{s.row_count} * 2 + s.block_count() + 2));
  s.exception_count = TRY(reader.word(s.row_count));
  s.arrival_base = TRY(reader.word());
  s.arrival_max = TRY(reader.word());
  s.arrival_wide = TRY(reader.word(1));
  s.time_first = static_cast<int64_t>(TRY(reader.word()));
  s.time_last = static_cast<int64_t>(TRY(reader.word()));
  const uint64_t attributes = TRY(reader.word(UINT16_MAX));
  if (has_live) {
    const uint64_t words = (uint64_t{s.customer_count} + 63) / 64;
    const uint64_t* live = TRY(reader.array<uint64_t>(words));
    part.live = std::make_shared<const Bitmap>(live, live + words);
  }
  s.customers = TRY(reader.array<uint32_t>(s.customer_count));
  s.offsets = TRY(reader.array<uint32_t>(uint64_t{s.customer_count} + 1));
  s.first_time = TRY(reader.array<int64_t>(s.customer_count));
  s.blocks = TRY(reader.array<GapBlock>(uint64_t{s.block_count()} + 1));
  s.gap_words = TRY(reader.array<uint32_t>(s.gap_word_count));
  s.exceptions = TRY(reader.array<GapException>(s.exception_count));
  s.arrival_data = s.arrival_wide ? static_cast<const void*>(TRY(reader.array<uint64_t>(s.row_count))) : TRY(reader.array<uint32_t>(s.row_count));
  s.event_class = TRY(read_column(reader, s.row_count));
  if (s.row_count && s.event_class.width == 0) return broken("event classes are missing");
  s.instance_key = TRY(read_column(reader, s.row_count));
  for (uint64_t a = 0; a < attributes; ++a) s.attributes.push_back(TRY(read_column(reader, s.row_count)));
  s.memory.push_back(owner);
  TRY(check_structure(s));
  TRY(check_times(s, executor));

  uint64_t customers = 0, rows = 0;
  for (uint32_t c = 0; c < s.customer_count; ++c) {
    if (part.live && !bit(*part.live, c)) continue;
    ++customers;
    rows += s.offsets[c + 1] - s.offsets[c];
  }
  if (customers != part.live_customers || rows != part.live_rows) return broken("number of living customers");
  part.segment = std::move(segment);
  return part;
}

}  // namespace

Result<void> freeze(const Snapshot& columns, const std::function<Result<void>(std::span<const std::byte>)>& write) {
  Writer writer;
  writer.word(columns->parts.size());
  writer.word(columns->last_arrival);
  for (const Part& part : columns->parts) writer.part(part);

  const auto arrays = writer.arrays_as_bytes();
  Header header;
  header.section_count = arrays.size();
  header.meta_words = writer.meta.size();
  std::vector<std::byte> front(arrays.size() * sizeof(Section) + writer.meta.size() * 8);
  std::vector<Section> sections;
  uint64_t offset = aligned(sizeof(Header) + front.size());
  for (auto array : arrays) {
    sections.push_back({offset, array.size(), sum_of(array.data(), array.size())});
    offset = aligned(offset + array.size() + padding_bytes);
  }
  header.total_bytes = offset;
  if (!sections.empty()) std::memcpy(front.data(), sections.data(), sections.size() * sizeof(Section));
  std::memcpy(front.data() + sections.size() * sizeof(Section), writer.meta.data(), writer.meta.size() * 8);
  header.meta_sum = sum_of(front.data(), front.size());
  header.header_sum = sum_of(&header, offsetof(Header, header_sum));

  static constexpr std::array<std::byte, alignment + padding_bytes> zeros{};
  uint64_t written = 0;
  auto put = [&](std::span<const std::byte> bytes) -> Result<void> {
    written += bytes.size();
    return bytes.empty() ? Result<void>() : write(bytes);
  };
  auto fill_to = [&](uint64_t place) { return put(std::span(zeros).first(place - written)); };
  TRY(put(std::as_bytes(std::span(&header, 1))));
  TRY(put(front));
  for (size_t i = 0; i < arrays.size(); ++i) {
    TRY(fill_to(sections[i].offset));
    TRY(put(arrays[i]));
  }
  return fill_to(header.total_bytes);
}

std::vector<std::byte> freeze(const Snapshot& columns) {
  std::vector<std::byte> bytes;
  auto written = freeze(columns, [&](std::span<const std::byte> piece) -> Result<void> {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
    return {};
  });
  ensure(written.has_value(), "memory takes all bytes");
  return bytes;
}

Result<Snapshot> view(std::span<const std::byte> bytes, std::shared_ptr<const void> owner, Executor& executor) {
  ensure(reinterpret_cast<uintptr_t>(bytes.data()) % alignment == 0, "frozen bytes are aligned to 64");
  Header header;
  if (bytes.size() < sizeof(Header)) return broken("shorter than its header");
  std::memcpy(&header, bytes.data(), sizeof(Header));
  if (header.magic != magic) return broken("not a snapshot");
  if (header.header_sum != sum_of(&header, offsetof(Header, header_sum))) return broken("sum of the header");
  if (header.version != format_version) return Error::make(ErrorKind::internal, "snapshot_version", "written by another version");
  if (header.total_bytes != bytes.size()) return broken("length");
  const uint64_t rest = bytes.size() - sizeof(Header);
  if (header.section_count > rest / sizeof(Section)) return broken("number of sections");
  const uint64_t table_bytes = header.section_count * sizeof(Section);
  if (header.meta_words > (rest - table_bytes) / 8) return broken("length of meta");
  const std::byte* front = bytes.data() + sizeof(Header);
  if (header.meta_sum != sum_of(front, table_bytes + header.meta_words * 8)) return broken("sum of meta");
  std::vector<Section> sections(header.section_count);
  if (table_bytes) std::memcpy(sections.data(), front, table_bytes);
  std::vector<uint64_t> meta(header.meta_words);
  if (!meta.empty()) std::memcpy(meta.data(), front + table_bytes, meta.size() * 8);

  for (const Section& section : sections) {
    const bool inside = section.offset % alignment == 0 && section.offset <= bytes.size() &&
                        section.bytes <= bytes.size() - section.offset && bytes.size() - section.offset - section.bytes >= padding_bytes;
    if (!inside) return broken("place of a section");
  }
  std::atomic<bool> equal = true;
  executor.run(sections.size(), [&](size_t i) {
    if (sum_of(bytes.data() + sections[i].offset, sections[i].bytes) != sections[i].sum) equal = false;
  });
  if (!equal) return broken("sum of a section");

  Reader reader(bytes, sections, meta);
  auto columns = std::make_shared<Columns>();
  const uint64_t parts = TRY(reader.word(UINT16_MAX));
  columns->last_arrival = TRY(reader.word());
  for (uint64_t p = 0; p < parts; ++p) columns->parts.push_back(TRY(read_part(reader, owner, executor)));
  if (!reader.done()) return broken("more than its parts");
  return Snapshot(columns);
}

}  // namespace lotse::engine
