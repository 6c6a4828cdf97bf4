#include "engine/graph.h"

#include "engine/detail/edge_square.h"
#include "engine/detail/narrow.h"
#include "engine/detail/graph.h"

namespace lotse::engine {

Result<Graph> graph(const Snapshot& columns, const Query& query, const GraphMeasures& measures, Executor& executor,
                    std::stop_token stop) {
  detail::Plan plan = TRY(detail::plan(*columns, query));
  TRY(detail::narrow(*columns, plan, executor, stop));
  if (plan.touchpoint_count <= detail::EdgeSquare::touchpoint_limit)
    return detail::square_graph(*columns, plan, measures, executor, stop);
  return detail::numbered_graph(*columns, plan, measures, executor, stop);
}

}  // namespace lotse::engine
