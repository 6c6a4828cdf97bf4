#pragma once
#include "http/route.h"

namespace lotse::http {

/// Whether a route answers viewers with a restriction (access::Restriction). Those that do show only what lies within it, as
/// analysis makes every answer from a moment that holds nothing else; or they show no customer, no event and no number of them.
/// All others refuse (beyond_restriction): a new route is closed to these viewers until somebody has looked at it.
bool is_bounded(const Route& route);

}  // namespace lotse::http
