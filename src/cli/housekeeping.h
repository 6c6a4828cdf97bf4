#pragma once
#include <thread>

#include "cli/composition.h"

namespace lotse::cli {

/// What a server does now and then, whoever uses it: files that were uploaded and never imported go after a day, also
/// where nobody uploads any more, at its start and once an hour; event stores that nobody used for half an hour are closed.
class Housekeeping {
 public:
  explicit Housekeeping(Composition& parts);

 private:
  std::jthread thread_;
};

}  // namespace lotse::cli
