#pragma once
#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "connect/types.h"
#include "connect/uploads.h"
#include "formats/json_records.h"

namespace lotse::connect::detail {

/// Some thousand records of a source, on their way into an import: a table whose columns are all names that came up.
class Portion {
 public:
  static constexpr size_t rows_max = 50'000, bytes_max = size_t{64} << 20;
  void add(formats::RecordFields&& fields);
  /// The columns, in this order, also where no record has them.
  void expect(const std::vector<std::string>& columns);
  size_t rows() const { return rows_.size(); }
  /// So large that it is time to store it, or so long on its way: a slow source's records should not wait for an hour.
  bool full() const;
  const std::vector<std::string>& columns() const { return names_; }
  /// As CSV (commas, UTF-8, a header) into a file that an import reads.  errors  those of IncomingFile
  Result<void> write(IncomingFile& file) const;
  std::string csv(size_t rows_at_most) const;

 private:
  size_t column(const std::string& name);
  std::vector<std::string> names_;
  std::map<std::string, size_t, std::less<>> places_;
  std::vector<std::vector<std::pair<size_t, std::string>>> rows_;
  size_t bytes_ = 0;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

/// How the table of a portion is read: its form is known, the rest stays as the user has it.
ReadOptions portion_options(ReadOptions read);

}  // namespace lotse::connect::detail
