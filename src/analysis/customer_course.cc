#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "analysis/analysis.h"
#include "analysis/detail/one_customer.h"

namespace lotse::analysis {
namespace {

using namespace detail;
constexpr uint64_t page = 200;

/// "as_of.offset"
std::optional<std::pair<int64_t, uint64_t>> read_cursor(std::string_view text) {
  std::pair<int64_t, uint64_t> out;
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, out.first);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '.') return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, end, out.second);
  if (second.ec != std::errc{} || second.ptr != end) return std::nullopt;
  return out;
}

CustomerEvent event_of(const events::StoredEvent& stored, const Seen& seen) {
  const auto& dictionary = *seen.moment->dictionary;
  CustomerEvent out{.time = iso_utc(stored.time),
                    .event_type = dictionary.types.at(stored.type - 1).name,
                    .source = dictionary.sources.at(stored.source - 1u).name,
                    .instance_key = stored.instance_key,
                    .cost = stored.cost};
  if (const auto t = seen.mapping->touchpoint_of(stored)) {
    out.touchpoint = seen.mapping->touchpoints[*t].id;
    out.touchpoint_name = seen.mapping->touchpoints[*t].name;
  }
  for (const auto& [number, text] : stored.attributes) {
    if (number == BuiltinAttribute::channel) out.channel = text;
    else if (number == BuiltinAttribute::direction) out.direction = text;
    else if (number == BuiltinAttribute::unit) out.unit = text;
    else
      for (const auto& a : dictionary.attributes)
        if (a.number == number) out.attributes[a.name] = text;
  }
  return out;
}

}  // namespace

Result<CustomerCourse> Analysis::customer_course(const Viewer& viewer, std::string_view customer, const std::optional<std::string>& cursor) {
  if (!viewer.may(Right::see_customers)) return Error::make(ErrorKind::forbidden, "forbidden", "see_customers is needed");
  std::optional<std::pair<int64_t, uint64_t>> from;
  if (cursor) {
    from = read_cursor(*cursor);
    if (!from) return Error::invalid("invalid_cursor", "/cursor", "not a cursor of this list");
  }
  const auto number = TRY(service_->parts.names.customer_of(viewer.workspace(), customer));
  if (!number) return Error::make(ErrorKind::not_found, "not_found", "customer " + std::string(customer));
  const auto seen = TRY(service_->live(viewer.workspace())->see(viewer, from ? std::optional(from->first) : std::nullopt, std::nullopt));
  const uint64_t offset = from ? from->second : 0;
  const auto& moment = *seen.moment;
  CustomerCourse out{.customer = TRY(service_->parts.names.pseudonyms(viewer.workspace(), std::span(&*number, 1))).front()};
  const auto known = engine::customer_events(moment.columns, seen.mapping->engine, *number, seen.last_arrival);
  out.events_total = known.size();
  std::vector<events::StoredEvent> stored;
  if (!moment.partial) {
    stored = TRY(moment.store->customer_events(*number, seen.as_of, offset, page + 1));
  } else if (offset < known.size()) {
    stored = TRY(moment.store->customer_events_in(*number, seen.as_of, {.from = known.front().time, .to = known.back().time}));
    std::erase_if(stored, [&](const auto& event) { return !holds(known, event.arrival); });
    stored.erase(stored.begin(), stored.begin() + static_cast<ptrdiff_t>(std::min<uint64_t>(offset, stored.size())));
    if (stored.size() > page + 1) stored.resize(page + 1);
  }
  if (offset == 0 && stored.empty() && out.events_total == 0)
    return Error::make(ErrorKind::not_found, "not_found", "customer " + std::string(customer));
  TRY(service_->note_view(viewer, out.customer, "customer.view"));
  for (size_t i = 0; i < stored.size() && i < page; ++i) out.events.push_back(event_of(stored[i], seen));
  if (stored.size() > page) out.next_cursor = fmt::format("{}.{}", seen.as_of, offset + page);
  if (viewer.may(Right::see_identifiers)) out.identifier = TRY(service_->parts.names.identifier(viewer, *number));
  return out;
}

}  // namespace lotse::analysis
