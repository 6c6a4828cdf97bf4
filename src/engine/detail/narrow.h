#pragma once
#include "engine/detail/select.h"

namespace lotse::engine::detail {

/// Where every customer is one whole instance and events are not filtered, instance filters choose customers. They are then
/// answered here, once, column by column: the plan's living customers become those that pass, its instance filters empty, and
/// what remains runs as fast as without filters. Other plans stay as they are.
Result<void> narrow(const Columns& columns, Plan& plan, Executor& executor, const std::stop_token& stop);

}  // namespace lotse::engine::detail
