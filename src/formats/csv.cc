#include "formats/csv.h"

#include <fmt/format.h>

#include "formats/detail/scan.h"

namespace lotse::formats {
namespace {

constexpr size_t padding = 64;  // the scanner reads whole blocks

bool is_line_end(char c) { return c == '\n' || c == '\r'; }

// The last LF or CR in [begin, end), or `end`.
size_t last_line_end(const char* text, size_t begin, size_t end) {
  const size_t length = end - begin;
  const char* from = text + begin;
  const char* lf = length ? static_cast<const char*>(memrchr(from, '\n', length)) : nullptr;
  // A CR after the last LF decides only where there are lone CRs.
  const char* after = lf ? lf + 1 : from;
  const char* cr = static_cast<const char*>(memrchr(after, '\r', static_cast<size_t>(text + end - after)));
  const char* last = cr ? cr : lf;
  return last ? static_cast<size_t>(last - text) : end;
}

// Follows quotes through text that begins at a row's start and tells where its last complete row ends.
class RowEndFinder {
 public:
  explicit RowEndFinder(const CsvDialect& d) : dialect_(d) {}

  // Bytes up to and with the last line end outside quotes; 0 if there is none. `open` tells that the text ends inside quotes.
  size_t find(const char* text, size_t size, bool& open) {
    stretches_.clear();
    open = false;
    size_t begin = 0;  // of the current stretch outside quotes
    if (dialect_.quote != 0) {
      size_t at = 0;
      while (const char* q = next_quote(text, at, size)) {
        const size_t p = static_cast<size_t>(q - text);
        at = p + 1;
        if (p > 0 && !ends_cell(text[p - 1])) continue;  // a quote inside a cell is a character like others
        stretches_.push_back({begin, p});
        for (;;) {
          const char* close = next_quote(text, at, size);
          if (!close) {
            open = true;
            return last_in_stretches(text);
          }
          at = static_cast<size_t>(close - text) + 1;
          if (at < size && text[at] == dialect_.quote) {
            ++at;
            continue;
          }
          break;
        }
        begin = at;
      }
    }
    stretches_.push_back({begin, size});
    return last_in_stretches(text);
  }

 private:
  const char* next_quote(const char* text, size_t from, size_t size) const {
    return from < size ? static_cast<const char*>(std::memchr(text + from, dialect_.quote, size - from)) : nullptr;
  }
  bool ends_cell(char c) const {
    return is_line_end(c) || (dialect_.blank_runs ? c == ' ' || c == '\t' : c == dialect_.delimiter);
  }
  size_t last_in_stretches(const char* text) const {
    for (size_t i = stretches_.size(); i-- > 0;) {
      const auto [b, e] = stretches_[i];
      if (const size_t at = last_line_end(text, b, e); at != e) return at + 1;
    }
    return 0;
  }
  CsvDialect dialect_;
  std::vector<std::pair<size_t, size_t>> stretches_;  // outside quotes
};

}  // namespace

CsvSplitter::CsvSplitter(ByteSource& utf8, CsvDialect dialect, CsvLimits limits, size_t chunk_bytes)
    : source_(utf8), dialect_(dialect), limits_(limits), chunk_bytes_(chunk_bytes) {
  limits_.row_bytes_max = std::min(limits_.row_bytes_max, size_t{1} << 30);  // cells are addressed by 31 bits
}

Result<std::optional<CsvChunk>> CsvSplitter::next(CsvChunk recycled) {
  if (ended_ && rest_.empty()) return std::optional<CsvChunk>();
  CsvChunk chunk = std::move(recycled);
  chunk.first_byte = offset_;
  chunk.size = rest_.size();
  // A small first chunk: the header is wanted soon, and many files are small.
  const size_t usual = offset_ == 0 ? std::min(chunk_bytes_, size_t{32} << 10) : chunk_bytes_;
  size_t wanted = std::max(usual, rest_.size() + usual / 2 + 1);
  RowEndFinder finder(dialect_);
  if (chunk.bytes.size() < wanted + padding) chunk.bytes.resize(wanted + padding);
  std::copy(rest_.begin(), rest_.end(), chunk.bytes.begin());
  rest_.clear();
  for (;;) {
    if (!ended_) {
      const size_t n = TRY(read_full(source_, std::span(chunk.bytes).subspan(chunk.size, wanted - chunk.size)));
      chunk.size += n;
      ended_ = chunk.size < wanted;
    }
    if (chunk.size == 0) return std::optional<CsvChunk>();
    // A CR at the very end may be half of a CRLF, and a quote half of a doubled one: leave the last byte to the next chunk.
    const size_t seen = ended_ ? chunk.size : chunk.size - 1;
    bool open = false;
    size_t end = finder.find(chunk.bytes.data(), seen, open);
    if (end > 0 && end < chunk.size && chunk.bytes[end - 1] == '\r' && chunk.bytes[end] == '\n') ++end;
    if (ended_) {
      if (open && end == 0)
        return Error::invalid("csv_unclosed_quote", "",
                              fmt::format("A quotation mark is opened in the row at byte {} and never closed. Correct the row, or "
                                          "choose another quotation mark.", offset_));
      if (!open) end = chunk.size;
    }
    if (end > 0) {
      const size_t row_left = chunk.size - end;
      rest_.assign(chunk.bytes.begin() + static_cast<ptrdiff_t>(end), chunk.bytes.begin() + static_cast<ptrdiff_t>(end + row_left));
      chunk.size = end;
      std::memset(chunk.bytes.data() + end, 0, std::min(padding, chunk.bytes.size() - end));
      offset_ += end;
      return std::optional<CsvChunk>(std::move(chunk));
    }
    if (chunk.size >= limits_.row_bytes_max)
      return Error::make(ErrorKind::too_large, "csv_row_too_large",
                         fmt::format("The row at byte {} is longer than {} bytes. Is a quotation mark not closed, or is this no CSV file?",
                                     offset_, limits_.row_bytes_max));
    wanted = std::min(wanted * 2, std::max(limits_.row_bytes_max, chunk.size + 1));
    chunk.bytes.resize(wanted + padding);
  }
}

CsvChunk CsvParser::parse(CsvChunk chunk, RowBlock& block) {
  block.clear();
  block.first_byte_ = chunk.first_byte;
  const auto size = static_cast<uint32_t>(chunk.size);
  block.buffer_.swap(chunk.bytes);
  ensure(block.buffer_.size() >= chunk.size + padding, "a chunk has its padding");
  if (dialect_.blank_runs) {
    tokenize_blank_runs(block, size);
  } else {
    tokenize(block, size);
  }
  if (std::memchr(block.buffer_.data(), 0, size)) {
    const auto problems = std::move(block.problems_);
    block.problems_.clear();
    auto known = problems.begin();
    for (uint32_t row = 0; row < block.rows_.size(); ++row) {
      const auto& r = block.rows_[row];
      const bool nul = std::memchr(block.buffer_.data() + r.begin, 0, r.end - r.begin) != nullptr;
      const bool other = known != problems.end() && known->row == row;
      if (nul || other) block.problems_.push_back(nul ? RowProblem{row, "nul_byte"} : *known);
      if (other) ++known;
    }
  }
  chunk.size = 0;
  return chunk;
}

// Cells [open_first_, cell_count_) are the row's.
void CsvParser::finish_row(RowBlock& block, uint32_t begin, uint32_t end) {
  size_t count = block.cell_count_ - block.open_first_;
  const auto cells = std::span(block.cells_).subspan(block.open_first_, count);
  const char* text = block.buffer_.data();
  if (end == begin || (count == 1 && cells[0].size == end - begin &&
                       std::string_view(text + begin, end - begin).find_first_not_of(" \t") == std::string_view::npos)) {
    block.cell_count_ = block.open_first_;
    ++block.record_count_;
    return;
  }
  const auto row = static_cast<uint32_t>(block.rows_.size());
  if (column_count_ > 0 && count > column_count_) {
    for (size_t i = column_count_; i < count; ++i)
      if ((cells[i].size & ~RowBlock::side_bit) > 0) {
        block.problems_.push_back({row, "too_many_cells"});
        break;
      }
  }
  if (count > limits_.columns_max + 1) {
    count = limits_.columns_max + 1;
    block.cell_count_ = block.open_first_ + count;
  }
  block.rows_.push_back({static_cast<uint32_t>(block.open_first_), static_cast<uint32_t>(count), begin, end,
                         static_cast<uint32_t>(block.record_count_++)});
  block.open_first_ = block.cell_count_;
}

void CsvParser::tokenize(RowBlock& block, uint32_t size) {
  const char* const text = block.buffer_.data();
  const char delimiter = dialect_.delimiter, quote = dialect_.quote;
  // Without a single quote in the chunk the check at each cell's start is left out.
  const bool quotes = quote != 0 && std::memchr(text, quote, size) != nullptr;
  uint32_t row_begin = 0, cell_begin = 0;
  size_t n = block.cell_count_;
  RowBlock::Cell* cells = block.cells_.data();
  size_t capacity = block.cells_.size();

  const auto room = [&](size_t more) {
    if (n + more <= capacity) [[likely]]
      return;
    block.cells_.resize(std::max<size_t>(4096, (n + more) * 2));
    cells = block.cells_.data();
    capacity = block.cells_.size();
  };
  // A line end at `at`; gives the next row's start.
  const auto end_row = [&](uint32_t at) {
    if (at < size && text[at] == '\n' && at == row_begin && at > 0 && text[at - 1] == '\r') {
      n = block.open_first_;  // the second half of CRLF
    } else {
      block.cell_count_ = n;
      finish_row(block, row_begin, at);
      n = block.cell_count_;
    }
    row_begin = cell_begin = at + 1;
  };

  if (!quotes) {
    for (uint32_t base = 0; base < size; base += 64) {
      uint64_t marks = detail::Bytes64(text + base).any_of(delimiter, '\n', '\r');
      if (size - base < 64) marks &= (uint64_t{1} << (size - base)) - 1;
      room(65);
      while (marks) {
        const uint32_t at = base + static_cast<uint32_t>(__builtin_ctzll(marks));
        marks &= marks - 1;
        cells[n++] = {cell_begin, at - cell_begin};
        cell_begin = at + 1;
        if (text[at] != delimiter) end_row(at);
      }
    }
    if (cell_begin < size || row_begin < size) {
      room(1);
      cells[n++] = {cell_begin, size - cell_begin};
      end_row(size);
    }
    return;
  }

  // With quotes: from cell to cell, by masks of the block that the scan stands in.
  uint32_t base = 0;
  uint64_t marks = 0, quote_marks = 0;
  const auto load = [&](uint32_t at) {
    base = at;
    const detail::Bytes64 bytes(text + base);
    marks = bytes.any_of(delimiter, '\n', '\r');
    quote_marks = bytes.equal(quote);
  };
  const auto find = [&](uint64_t& mask, uint32_t from) -> uint32_t {
    if ((from & ~63u) != base) {
      if (from >= size) return size;
      load(from & ~63u);
    }
    uint64_t m = mask & (~uint64_t{0} << (from & 63));
    while (m == 0) {
      if (size - base <= 64) return size;
      load(base + 64);
      m = mask;
    }
    return std::min(size, base + static_cast<uint32_t>(__builtin_ctzll(m)));
  };
  load(0);
  while (cell_begin < size) {
    room(2);
    uint32_t at;
    if (text[cell_begin] == quote) {
      uint32_t p = cell_begin + 1;
      bool doubled = false;
      for (;;) {
        p = find(quote_marks, p);
        if (p + 1 < size && text[p + 1] == quote) {
          doubled = true;
          p += 2;
          continue;
        }
        break;
      }
      // p is the closing quote; the splitter saw to it that there is one, but a stranger's chunk may end before it.
      const uint32_t after = std::min(p + 1, size);
      at = after >= size ? size : find(marks, after);
      if (!doubled && at == after) {
        cells[n++] = {cell_begin + 1, p - cell_begin - 1};
      } else {
        const auto begin = static_cast<uint32_t>(block.side_.size());
        for (uint32_t i = cell_begin + 1; i < p; ++i) {
          block.side_ += text[i];
          if (text[i] == quote) ++i;
        }
        block.side_.append(text + after, at - after);
        cells[n++] = {begin, (static_cast<uint32_t>(block.side_.size()) - begin) | RowBlock::side_bit};
      }
    } else {
      at = find(marks, cell_begin);
      cells[n++] = {cell_begin, at - cell_begin};
    }
    if (at < size && text[at] == delimiter) {
      cell_begin = at + 1;
      if (cell_begin == size) {  // the text ends with a delimiter: one more, empty cell
        room(1);
        cells[n++] = {size, 0};
        end_row(size);
      }
    } else {
      end_row(at);
    }
  }
}

void CsvParser::tokenize_blank_runs(RowBlock& block, uint32_t size) {
  const char* const text = block.buffer_.data();
  const char quote = dialect_.quote;
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  uint32_t i = 0;
  while (i < size) {
    const uint32_t row_begin = i;
    if (text[i] == '\n' && i > 0 && text[i - 1] == '\r') {
      ++i;
      continue;
    }
    for (;;) {
      while (i < size && is_blank(text[i])) ++i;
      if (i >= size || is_line_end(text[i])) break;
      if (block.cell_count_ == block.cells_.size()) block.cells_.resize(std::max<size_t>(4096, block.cell_count_ * 2));
      RowBlock::Cell& cell = block.cells_[block.cell_count_++];
      if (quote != 0 && text[i] == quote) {
        const auto begin = static_cast<uint32_t>(block.side_.size());
        ++i;
        while (i < size) {
          if (text[i] == quote) {
            if (i + 1 >= size || text[i + 1] != quote) {
              ++i;
              break;
            }
            ++i;
          }
          block.side_ += text[i++];
        }
        while (i < size && !is_blank(text[i]) && !is_line_end(text[i])) block.side_ += text[i++];
        cell = {begin, (static_cast<uint32_t>(block.side_.size()) - begin) | RowBlock::side_bit};
      } else {
        const uint32_t begin = i;
        while (i < size && !is_blank(text[i]) && !is_line_end(text[i])) ++i;
        cell = {begin, i - begin};
      }
    }
    if (block.cell_count_ == block.open_first_) {
      ++block.record_count_;
    } else {
      finish_row(block, row_begin, i);
    }
    ++i;
  }
}

CsvReader::CsvReader(ByteSource& utf8, CsvDialect dialect, CsvLimits limits)
    : dialect_(dialect), limits_(limits), splitter_(utf8, dialect, limits), parser_(dialect, 0, limits) {}

Result<std::unique_ptr<CsvReader>> CsvReader::open(ByteSource& utf8, CsvDialect dialect, CsvLimits limits) {
  std::unique_ptr<CsvReader> reader(new CsvReader(utf8, dialect, limits));
  RowBlock block;
  size_t lead = dialect.lead_rows;  // of them still to come
  for (bool found = false; !found;) {
    auto chunk = TRY(reader->splitter_.next());
    if (!chunk)
      return Error::invalid("empty_file", "", "The file is empty: there is not a single row in it. Choose another file.");
    const size_t size = chunk->size;
    CsvChunk copy{chunk->bytes, size, chunk->first_byte};
    reader->parser_.parse(std::move(copy), block);
    const uint64_t last = block.number_from(reader->last_record_);
    if (block.row_count() <= lead) {
      lead -= block.row_count();
      reader->last_record_ = last;
      continue;
    }
    found = true;
    size_t count = 0;
    for (size_t row = lead; row < (dialect.has_header ? lead + 1 : std::min<size_t>(block.row_count(), lead + 100)); ++row)
      count = std::max(count, block.cell_count(row));
    if (count > limits.columns_max)
      return Error::make(ErrorKind::too_large, "too_many_columns",
                         fmt::format("Row {} has more than {} columns. Is the separator right, and is this a table?", block.row_number(lead),
                                     limits.columns_max));
    std::vector<std::string> names(count);
    const size_t first = dialect.has_header ? lead + 1 : lead;  // row of the table
    size_t used = 0;
    if (dialect.has_header)
      for (size_t i = 0; i < count; ++i) names[i] = block.cell(lead, i);
    if (first > 0) {
      const bool more = block.row_count() > first;
      used = more ? static_cast<size_t>(block.byte_offset(first) - chunk->first_byte) : size;
      // Blank lines before the first row keep their numbers.
      reader->last_record_ = more ? block.row_number(first) - 1 : block.row_number(first - 1);
    }
    reader->columns_ = usable_names(std::move(names));
    reader->parser_.set_column_count(reader->columns_.size());
    chunk->bytes.erase(chunk->bytes.begin(), chunk->bytes.begin() + static_cast<ptrdiff_t>(used));
    chunk->size -= used;
    chunk->first_byte += used;
    if (chunk->size > 0) reader->first_ = std::move(chunk);
  }
  return reader;
}

Result<std::optional<CsvChunk>> CsvReader::next_chunk(CsvChunk recycled) {
  if (first_) {
    auto chunk = std::move(first_);
    first_.reset();
    return chunk;
  }
  return splitter_.next(std::move(recycled));
}

Result<bool> CsvReader::next(RowBlock& block) {
  do {
    auto chunk = TRY(next_chunk(std::move(spare_)));
    spare_ = {};
    if (!chunk) {
      block.clear();
      return false;
    }
    spare_ = parser_.parse(std::move(*chunk), block);
    last_record_ = block.number_from(last_record_);
  } while (block.row_count() == 0);
  return true;
}

}  // namespace lotse::formats
