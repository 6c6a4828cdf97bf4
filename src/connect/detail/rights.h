#pragma once
#include "base/result.h"
#include "model/viewer.h"

namespace lotse::connect::detail {

inline Result<void> may_import(const Viewer& viewer) {
  if (!viewer.may(Right::import_data)) return Error::make(ErrorKind::forbidden, "forbidden", "import_data is needed");
  return {};
}

}  // namespace lotse::connect::detail
