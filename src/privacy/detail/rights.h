#pragma once
#include "base/result.h"
#include "model/viewer.h"

namespace lotse::privacy::detail {

inline Result<void> may_change(const Viewer& viewer) {
  if (!viewer.may(Right::administer)) return Error::make(ErrorKind::forbidden, "forbidden", "administer is needed");
  return {};
}

}  // namespace lotse::privacy::detail
