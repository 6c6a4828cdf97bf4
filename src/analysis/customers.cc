#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include "analysis/analysis.h"
#include "analysis/detail/csv.h"
#include "analysis/detail/one_customer.h"

namespace lotse::analysis {
namespace {

using namespace detail;
constexpr size_t page_rows = 100, contacts_shown = 5, hits_max = 50, latest_shown = 20, query_bytes_max = 500, export_piece = 2000;

/// "as_of.mapping version.events before this page"
struct CustomersCursor {
  int64_t as_of = 0, mapping_version = 0;
  uint64_t offset = 0;
};
std::optional<CustomersCursor> read_customers_cursor(std::string_view text) {
  CustomersCursor out;
  const auto number = [&](auto& to, bool last) {
    const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), to);
    const bool ends = at == text.data() + text.size();
    if (error != std::errc{} || ends != last || (!ends && *at != '.')) return false;
    text = ends ? std::string_view{} : std::string_view(at + 1, static_cast<size_t>(text.data() + text.size() - at - 1));
    return true;
  };
  if (!number(out.as_of, false) || !number(out.mapping_version, false) || !number(out.offset, true)) return std::nullopt;
  return out;
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string() : std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

/// Rows of customers as people see them, in the order given.
Result<std::vector<CustomerRow>> rows_of(Service& service, const Viewer& viewer, const Seen& seen, const std::vector<uint32_t>& customers) {
  const auto names = TRY(service.parts.names.pseudonyms(viewer.workspace(), customers));
  using K = engine::Reckoning::Kind;
  const std::vector<engine::Reckoning> asked{{.kind = K::events}, {.kind = K::first_time}, {.kind = K::last_time}};
  const auto found = TRY(engine::reckon(seen.moment->columns, {.mapping = &seen.mapping->engine, .last_arrival = seen.last_arrival, .customers = customers}, asked, service.shared.queries));
  std::vector<CustomerRow> out;
  for (size_t i = 0; i < customers.size(); ++i) {
    CustomerRow row{.customer = names[i]};
    const auto at = std::lower_bound(found.customers.begin(), found.customers.end(), customers[i]);
    if (at != found.customers.end() && *at == customers[i]) {
      const auto place = static_cast<size_t>(at - found.customers.begin());
      row.events = static_cast<uint64_t>(found.values[0][place]);
      if (!std::isnan(found.values[1][place])) row.first = iso_utc(Micros{static_cast<int64_t>(found.values[1][place])});
      if (!std::isnan(found.values[2][place])) row.last = iso_utc(Micros{static_cast<int64_t>(found.values[2][place])});
    }
    out.push_back(std::move(row));
  }
  return out;
}

/// Customers of the newest contacts, newest first.
Result<std::vector<uint32_t>> latest(Service& service, const Seen& seen) {
  const std::string key = fmt::format("latest|{}|{}", seen.moment->serial, seen.mapping->version);
  if (const auto known = service.cache.get<std::vector<uint32_t>>(key)) return *known;
  const std::vector<engine::Reckoning> asked{{.kind = engine::Reckoning::Kind::last_time}};
  const auto found = TRY(engine::reckon(seen.moment->columns, {.mapping = &seen.mapping->engine, .last_arrival = seen.last_arrival}, asked, service.shared.queries));
  std::vector<size_t> order;
  for (size_t i = 0; i < found.customers.size(); ++i)
    if (!std::isnan(found.values[0][i])) order.push_back(i);
  const size_t shown = std::min(latest_shown, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<ptrdiff_t>(shown), order.end(),
                    [&](size_t a, size_t b) { return std::pair(-found.values[0][a], found.customers[a]) < std::pair(-found.values[0][b], found.customers[b]); });
  std::vector<uint32_t> out;
  for (size_t i = 0; i < shown; ++i) out.push_back(found.customers[order[i]]);
  service.cache.put<std::vector<uint32_t>>(key, std::make_shared<const std::vector<uint32_t>>(out), out.size() * 4);
  return out;
}

/// Of customers those who agreed to the purpose.
Result<std::shared_ptr<const std::vector<uint32_t>>> consenting(Service& service, const Viewer& viewer, std::shared_ptr<const std::vector<uint32_t>> customers,
                                                                const std::optional<std::string>& purpose) {
  if (!purpose) return customers;
  const auto said = TRY(service.parts.names.consents(viewer.workspace(), *customers, *purpose));
  auto out = std::make_shared<std::vector<uint32_t>>();
  for (size_t i = 0; i < customers->size(); ++i)
    if (said[i].granted) out->push_back((*customers)[i]);
  return std::shared_ptr<const std::vector<uint32_t>>(std::move(out));
}

CustomerPanel panel_of(CustomerProfile&& profile, std::vector<TimelineEvent>&& contacts, std::string zone) {
  CustomerPanel out{.customer = std::move(profile.customer), .time_zone = std::move(zone), .first = profile.first, .last = profile.last, .events = profile.events,
                    .last_contacts = std::move(contacts), .attributes = std::move(profile.attributes), .computed = std::move(profile.computed)};
  for (auto& matter : profile.matters)
    if (matter.open) out.open.push_back(std::move(matter));
  for (auto& attribute : out.attributes) attribute.history.clear();
  return out;
}

std::vector<size_t> newest(const OneCustomer& one, size_t count) {
  std::vector<size_t> out;
  for (size_t i = one.events.size(); i-- > 0 && out.size() < count;) out.push_back(i);
  return out;
}

}  // namespace

Result<CustomerHits> Analysis::find_customers(const Viewer& viewer, const CustomerSearch& search) {
  if (!viewer.may(Right::see_customers)) return forbidden("see_customers");
  if (search.query.size() > query_bytes_max) return Error::invalid("invalid_query", "/query", "at most 500 bytes");
  const auto seen = TRY(service_->live(viewer.workspace())->see(viewer, std::nullopt, std::nullopt));
  const std::string query = trimmed(search.query);
  CustomerHits out{.identifiers_searched = viewer.may(Right::see_identifiers)};
  std::vector<uint32_t> found;
  const auto lives = [&](uint32_t customer) {
    return !engine::customer_events(seen.moment->columns, seen.mapping->engine, customer, seen.last_arrival).empty();
  };
  if (query.empty()) {
    found = TRY(latest(*service_, seen));
    out.items = TRY(rows_of(*service_, viewer, seen, found));
    return out;
  }
  out.matched = CustomerMatch::pseudonym;
  if (const auto number = TRY(service_->parts.names.customer_of(viewer.workspace(), query)); number && lives(*number)) found.push_back(*number);
  if (found.empty() && out.identifiers_searched) {
    out.matched = CustomerMatch::identifier;
    if (const auto identity = TRY(service_->parts.names.identity_of(viewer, query))) {
      const uint32_t customer = seen.moment->store->customer_of(*identity);
      if (lives(customer)) found.push_back(customer);
    }
    // What was searched for stays out of the log: it may name a person.
    TRY(service_->parts.audit.note(viewer, "customer.search", "", {{"found", found.size()}}));
  }
  if (found.empty()) {
    out.matched = CustomerMatch::instance_key;
    if (const auto code = TRY(seen.moment->store->instance_key(query)))
      found = TRY(engine::customers_with_key(seen.moment->columns, *code, seen.last_arrival, service_->shared.queries));
    if (found.size() > hits_max) found.resize(hits_max);
  }
  out.items = TRY(rows_of(*service_, viewer, seen, found));
  return out;
}

Result<CustomerProfile> Analysis::customer_profile(const Viewer& viewer, std::string_view customer) {
  const auto one = TRY(one_customer(*service_, viewer, customer));
  TRY(service_->note_view(viewer, one.name, "customer.view"));
  return profile_of(*service_, viewer, one, true);
}

Result<Timeline> Analysis::customer_timeline(const Viewer& viewer, std::string_view customer, const TimelineRequest& request) {
  std::optional<CustomersCursor> cursor;
  if (request.cursor) {
    cursor = read_customers_cursor(*request.cursor);
    if (!cursor) return Error::invalid("invalid_cursor", "/cursor", "not a cursor of this list");
  }
  const auto one = TRY(one_customer(*service_, viewer, customer, cursor ? std::optional(cursor->as_of) : std::nullopt,
                                    cursor ? std::optional(cursor->mapping_version) : std::nullopt));
  TRY(service_->note_view(viewer, one.name, "customer.view"));
  const auto& moment = *one.seen.moment;
  std::optional<Micros> before;
  if (request.before) {
    const auto time = one.zone.parse(*request.before);
    if (!time) return Error::invalid("invalid_time", "/before", time.error().detail);
    before = *time;
  }
  std::optional<engine::Touchpoint> wanted;
  if (request.touchpoint) wanted = TRY(touchpoint(*one.seen.mapping, *request.touchpoint, "/touchpoint"));
  std::optional<std::pair<std::optional<size_t>, uint32_t>> channel;
  if (request.channel) {
    // "-" asks for events without a channel. One that no event has gets a code that none has.
    const auto codes = codes_of(moment, *attribute_named(moment, "channel"), {*request.channel == "-" ? std::string() : *request.channel});
    channel.emplace(column_of(moment, BuiltinAttribute::channel), codes.empty() ? UINT32_MAX : codes.front());
  }
  std::optional<uint32_t> source, key;
  if (request.source) {
    source = UINT32_MAX;
    for (const auto& s : moment.dictionary->sources)
      if (s.name == *request.source || s.id == *request.source) source = s.code;
  }
  if (request.instance_key) key = TRY(moment.store->instance_key(*request.instance_key)).value_or(UINT32_MAX);

  Timeline out{.as_of = static_cast<int64_t>(one.seen.as_of), .mapping_version = one.seen.mapping->version};
  std::vector<size_t> places;
  const uint64_t offset = cursor ? cursor->offset : 0;
  for (size_t i = one.events.size(); i-- > 0;) {
    const auto& event = one.events[i];
    if (before && event.time >= *before) continue;
    if (wanted && event.touchpoint != *wanted) continue;
    if (channel && (channel->first ? event.attributes[*channel->first] : 0) != channel->second) continue;
    if (source && (*moment.classes)[event.event_class].source != *source) continue;
    if (key && event.instance_key != *key) continue;
    if (out.total >= offset && places.size() < page_rows) places.push_back(i);
    ++out.total;
  }
  out.events = TRY(timeline_events(one, places));
  if (offset + places.size() < out.total) out.next_cursor = fmt::format("{}.{}.{}", one.seen.as_of, one.seen.mapping->version, offset + places.size());
  return out;
}

Result<CustomerPanel> Analysis::customer_panel(const Viewer& viewer, std::string_view customer) {
  const auto one = TRY(one_customer(*service_, viewer, customer));
  TRY(service_->note_view(viewer, one.name, "customer.panel"));
  const auto settings = TRY(service_->parts.workspaces.settings(viewer));
  auto out = panel_of(TRY(profile_of(*service_, viewer, one, false)), TRY(timeline_events(one, newest(one, contacts_shown))), settings.time_zone);
  // Contacts and what is open serve the customer's matter; a profile of the customer is personalisation.
  out.profile_withheld = TRY(service_->parts.names.consents(viewer.workspace(), std::span(&one.number, 1), "personalisation")).front().denied;
  if (out.profile_withheld) {
    out.attributes.clear();
    out.computed.clear();
    for (auto& contact : out.last_contacts) contact.customer_attributes.clear();
  }
  return out;
}

Result<CustomerPanel> Analysis::customer_panel_by_link(std::string_view secret) {
  const auto opened = TRY(service_->parts.panel.open(secret));
  return customer_panel(opened.viewer, opened.customer);
}

Result<customers::PanelLink> Analysis::panel_link(const Viewer& viewer, const customers::PanelLinkRequest& request) {
  TRY(one_customer(*service_, viewer, request.customer));
  return service_->parts.panel.link(viewer, request);
}

Result<CustomerExport> Analysis::customer_export(const Viewer& viewer, std::string_view customer) {
  if (!viewer.may(Right::analyse)) return forbidden("analyse");
  const auto one = TRY(one_customer(*service_, viewer, customer));
  TRY(service_->parts.audit.note(viewer, "customer.export", one.name, {{"format", "json"}, {"events", one.events.size()}}));
  std::vector<size_t> all(one.events.size());
  std::iota(all.begin(), all.end(), size_t{0});
  return CustomerExport{.exported_at = iso_utc(service_->parts.clock.now()),
                        .profile = TRY(profile_of(*service_, viewer, one, true)),
                        .events = TRY(timeline_events(one, all))};
}

Result<CsvExport> Analysis::customer_csv(const Viewer& viewer, std::string_view customer) {
  if (!viewer.may(Right::analyse)) return forbidden("analyse");
  auto one = std::make_shared<const OneCustomer>(TRY(one_customer(*service_, viewer, customer)));
  TRY(service_->parts.audit.note(viewer, "customer.export", one->name, {{"format", "csv"}, {"events", one->events.size()}}));
  return CsvExport([one](const std::function<bool(std::string_view)>& write) -> Result<void> {
    CsvText csv;
    for (const char* name : {"customer", "time", "touchpoint", "event_type", "source", "channel", "direction", "unit", "instance_key", "cost", "attributes", "customer_attributes"}) csv.text(name);
    csv.end_row();
    for (size_t first = 0; first < one->events.size(); first += export_piece) {
      std::vector<size_t> places;
      for (size_t i = first; i < std::min(first + export_piece, one->events.size()); ++i) places.push_back(i);
      for (const auto& e : TRY(timeline_events(*one, places))) {
        csv.text(one->name).text(e.time).text(e.touchpoint_name).text(e.event_type).text(e.source).text(e.channel.value_or("")).text(e.direction.value_or(""));
        csv.text(e.unit.value_or("")).text(e.instance_key.value_or("")).number(e.cost);
        csv.text(to_json(e.attributes).dump()).text(to_json(e.customer_attributes).dump()).end_row();
      }
      if (!write(csv.take())) return {};
    }
    return {};
  });
}

// --- many customers ---

Result<Audience> Analysis::audience(const Viewer& viewer, const AudienceRequest& request, std::stop_token stop) {
  const auto question = TRY(service_->ask(viewer, request.filter, std::nullopt, std::nullopt));
  const auto planned = TRY(service_->plan(viewer, question));
  Audience out{.as_of = static_cast<int64_t>(question.seen.as_of),
               .mapping_version = question.seen.mapping->version,
               .customers_total = engine::info(question.seen.moment->columns).customers};
  const uint64_t count = planned.filters ? TRY(service_->members(question, planned, stop))->size() : out.customers_total;
  if (question.small_groups || count == 0 || count >= question.smallest_group) out.customers = count;
  return out;
}

Result<Customers> Analysis::customer_list(const Viewer& viewer, const CustomersRequest& request, std::stop_token stop) {
  if (!viewer.may(Right::see_customers)) return forbidden("see_customers");
  if (request.limit < 1 || request.limit > 500) return Error::invalid("invalid_limit", "/limit", "1 to 500 is expected");
  std::optional<CustomersCursor> cursor;
  if (request.cursor) {
    cursor = read_customers_cursor(*request.cursor);
    if (!cursor) return Error::invalid("invalid_cursor", "/cursor", "not a cursor of this list");
  }
  const auto question = TRY(service_->ask(viewer, request.filter, cursor ? std::optional(cursor->as_of) : std::nullopt,
                                          cursor ? std::optional(cursor->mapping_version) : std::nullopt));
  const auto planned = TRY(service_->plan(viewer, question));
  const auto selected = TRY(service_->members(question, planned, stop));
  const auto members = TRY(consenting(*service_, viewer, selected, request.purpose));
  Customers out{.as_of = static_cast<int64_t>(question.seen.as_of), .mapping_version = question.seen.mapping->version, .total = members->size()};
  if (request.purpose) out.without_consent = selected->size() - members->size();
  const uint64_t first = std::min<uint64_t>(cursor ? cursor->offset : 0, members->size());
  const uint64_t last = std::min<uint64_t>(first + static_cast<uint64_t>(request.limit), members->size());
  out.rows = TRY(rows_of(*service_, viewer, question.seen, {members->begin() + static_cast<ptrdiff_t>(first), members->begin() + static_cast<ptrdiff_t>(last)}));
  if (last < members->size()) out.next_cursor = fmt::format("{}.{}.{}", question.seen.as_of, question.seen.mapping->version, last);
  return out;
}

Result<CsvExport> Analysis::customer_list_csv(const Viewer& viewer, const CustomersRequest& request) {
  if (!viewer.may(Right::see_customers)) return forbidden("see_customers");
  if (!viewer.may(Right::analyse)) return forbidden("analyse");
  const auto question = TRY(service_->ask(viewer, request.filter, std::nullopt, std::nullopt));
  const auto planned = TRY(service_->plan(viewer, question));
  const auto members = TRY(consenting(*service_, viewer, TRY(service_->members(question, planned, {})), request.purpose));
  const auto computed = TRY(service_->parts.computed.list(viewer));
  const AudienceView view{question.seen, question.zone, computed, service_->cache, service_->shared.queries, std::nullopt};
  struct Column {
    std::string name;
    customers::ComputedKind kind;
    CustomerNumbers numbers;
  };
  std::vector<Column> columns;
  for (const auto& one : computed) {
    auto numbers = compute(view, {one.definition});
    if (numbers) columns.push_back({one.name, one.definition.kind, std::move(*numbers)});
    else if (numbers.error().kind != ErrorKind::invalid) return numbers.error();
  }
  TRY(service_->parts.audit.note(viewer, "customers.export", viewer.workspace().value, {{"customers", members->size()}, {"purpose", request.purpose.value_or("")}}));
  return CsvExport([this, viewer, seen = question.seen, members, columns = std::move(columns)](const std::function<bool(std::string_view)>& write) -> Result<void> {
    CsvText csv;
    for (const char* name : {"customer", "events", "first", "last"}) csv.text(name);
    for (const auto& column : columns) csv.text(column.name);
    csv.end_row();
    const auto channels = attribute_named(*seen.moment, "channel");
    for (size_t first = 0; first < members->size(); first += export_piece) {
      const std::vector<uint32_t> piece(members->begin() + static_cast<ptrdiff_t>(first), members->begin() + static_cast<ptrdiff_t>(std::min(first + export_piece, members->size())));
      const auto rows = TRY(rows_of(*service_, viewer, seen, piece));
      for (size_t i = 0; i < rows.size(); ++i) {
        csv.text(rows[i].customer).number(rows[i].events).text(rows[i].first.value_or("")).text(rows[i].last.value_or(""));
        for (const auto& column : columns) {
          const auto& list = *column.numbers.customers;
          const auto at = std::lower_bound(list.begin(), list.end(), piece[i]);
          const double n = at != list.end() && *at == piece[i] ? (*column.numbers.values[0])[static_cast<size_t>(at - list.begin())] : std::nan("");
          using K = customers::ComputedKind;
          if (std::isnan(n)) csv.text("");
          else if (column.kind == K::most_used_channel) csv.text(n >= 1 && n <= static_cast<double>(channels->values->size()) ? (*channels->values)[static_cast<size_t>(n) - 1] : "");
          else if (column.kind == K::first_contact || column.kind == K::last_contact) csv.text(iso_utc(Micros{static_cast<int64_t>(n)}));
          else csv.number(n);
        }
        csv.end_row();
      }
      if (!write(csv.take())) return {};
    }
    if (csv.size() > 0) write(csv.take());
    return {};
  });
}

Result<ComputedSummary> Analysis::computed_summary(const Viewer& viewer, const ComputedRequest& request, std::stop_token stop) {
  if (!viewer.may(Right::see_customers)) return forbidden("see_customers");
  const auto question = TRY(service_->ask(viewer, Filter{}, std::nullopt, std::nullopt));
  using K = customers::ComputedKind;
  const auto kind = request.definition.kind;
  if (kind == K::value_sum && !request.definition.value_of) return Error::invalid("required", "/definition/value_of", "what is summed");
  const std::vector<customers::ComputedAttribute> no_others;
  const AudienceView view{question.seen, question.zone, no_others, service_->cache, service_->shared.queries, std::nullopt, stop};
  const auto numbers = TRY(compute(view, {request.definition}));
  const bool counts = kind == K::events || kind == K::value_sum || kind == K::instances || kind == K::most_used_channel;
  std::vector<double> values;
  for (const double n : *numbers.values[0])
    if (!std::isnan(n) && (!counts || n != 0)) values.push_back(n);
  ComputedSummary out{.customers = numbers.customers->size(), .with_value = values.size()};
  if (values.empty() || kind == K::most_used_channel || kind == K::first_contact || kind == K::last_contact) return out;
  const size_t n = values.size();
  const auto middle = values.begin() + static_cast<ptrdiff_t>(n / 2);
  out.mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(n);
  std::nth_element(values.begin(), middle, values.end());
  out.median = n % 2 == 1 ? *middle : (*std::max_element(values.begin(), middle) + *middle) / 2;
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  out.min = *least;
  out.max = *greatest;
  return out;
}

}  // namespace lotse::analysis
