#pragma once
#include <thread>

#include "cli/composition.h"

namespace lotse::cli {

/// What a server does now and then, whoever uses it: files that were uploaded and never imported go after a day, also
/// where nobody uploads any more. At its start, then once an hour.
class Housekeeping {
 public:
  explicit Housekeeping(Composition& parts);

 private:
  std::jthread thread_;
};

}  // namespace lotse::cli
