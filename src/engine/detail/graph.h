#pragma once
#include "engine/detail/select.h"
#include "engine/graph.h"

namespace lotse::engine::detail {

/// The graph where there are few enough touchpoints that every pair has its own cell.
Result<Graph> square_graph(const Columns& columns, const Plan& plan, const GraphMeasures& measures, Executor& executor,
                           std::stop_token stop);

/// The graph for any number of touchpoints: edges get numbers as they come.
Result<Graph> numbered_graph(const Columns& columns, const Plan& plan, const GraphMeasures& measures, Executor& executor,
                             std::stop_token stop);

}  // namespace lotse::engine::detail
