#include "customers/computed.h"

#include <cmath>

#include "base/ids.h"
#include "customers/customers_sql.h"
#include "customers/detail/names.h"

namespace lotse::customers {
namespace {

constexpr size_t computed_max = 200;
constexpr double days_max = 36'525;

Result<ComputedAttribute> read_computed(const db::Row& row) {
  return ComputedAttribute{.id = row.text(0),
                           .name = row.text(1),
                           .created_by = row.text(3),
                           .created_at = iso_utc(Micros{row.integer(4)}),
                           .etag = std::to_string(row.integer(5)),
                           .definition = TRY(parse_json<ComputedDefinition>(row.text(2)))};
}

Result<ComputedAttribute> computed_in(db::Session& session, std::string_view id) {
  const auto rows = TRY(session.query(sql::computed_get, {{":id", id}}));
  if (rows.empty()) return Error::make(ErrorKind::not_found, "not_found", "computed attribute " + std::string(id));
  return read_computed(rows.front());
}

Result<ComputedAttributeRequest> checked_computed(const Viewer& viewer, ComputedAttributeRequest request) {
  if (!viewer.may(Right::analyse)) return Error::make(ErrorKind::forbidden, "forbidden", "analyse is needed");
  request.name = TRY(detail::checked_name(request.name));
  const auto& d = request.definition;
  const bool sums = d.kind == ComputedKind::value_sum;
  if (sums && !d.value_of) return Error::invalid("required", "/definition/value_of", "what is summed");
  if (!sums && d.value_of) return Error::invalid("not_for_this_kind", "/definition/value_of", "only for value_sum");
  if (d.kind == ComputedKind::instances && !d.touchpoints.empty()) return Error::invalid("not_for_this_kind", "/definition/touchpoints", "not for instances");
  if (d.kind == ComputedKind::instances && d.days) return Error::invalid("not_for_this_kind", "/definition/days", "not for instances");
  if (d.days && (!std::isfinite(*d.days) || *d.days <= 0 || *d.days > days_max)) return Error::invalid("invalid_number", "/definition/days", "above 0, at most 36,525");
  return request;
}

Error computed_error(Error error) {
  if (error.code == "already_exists") return {ErrorKind::conflict, "computed_exists", "/name", "another computed attribute has this name"};
  return error;
}

bool names_it(const std::vector<CustomerRule>& rules, std::string_view id) {
  for (const auto& rule : rules)
    if ((rule.attribute && *rule.attribute == id) || names_it(rule.rules, id)) return true;
  return false;
}

}  // namespace

Result<std::vector<ComputedAttribute>> ComputedAttributes::list(const Viewer& viewer) {
  return database_.read(viewer.workspace(), [&](db::Session& session) -> Result<std::vector<ComputedAttribute>> {
    std::vector<ComputedAttribute> out;
    for (const auto& row : TRY(session.query(sql::computed_list))) out.push_back(TRY(read_computed(row)));
    return out;
  });
}

Result<ComputedAttribute> ComputedAttributes::create(const Viewer& viewer, const ComputedAttributeRequest& request) {
  const auto wanted = TRY(checked_computed(viewer, request));
  const auto now = clock_.now();
  const auto id = new_id("ca", now);
  return database_.write(viewer.workspace(), [&](db::Session& session) -> Result<ComputedAttribute> {
    if (TRY(session.query(sql::computed_list)).size() >= computed_max) return Error::make(ErrorKind::conflict, "too_many_computed", "200 of a workspace");
    const auto done = session.execute(sql::computed_insert, {{":id", id},
                                                             {":name", wanted.name},
                                                             {":definition", to_json(wanted.definition).dump()},
                                                             {":created_by", viewer.principal()},
                                                             {":created_at", now.count()}});
    if (!done) return computed_error(done.error());
    TRY(audit_.note(session, viewer.principal(), "computed.create", id, {{"name", wanted.name}}));
    return computed_in(session, id);
  });
}

Result<ComputedAttribute> ComputedAttributes::change(const Viewer& viewer, std::string_view id, const ComputedAttributeRequest& request,
                                                     std::string_view etag) {
  const auto wanted = TRY(checked_computed(viewer, request));
  return database_.write(viewer.workspace(), [&](db::Session& session) -> Result<ComputedAttribute> {
    const auto current = TRY(computed_in(session, id));
    if (!etag.empty() && etag != current.etag)
      return Error::make(ErrorKind::stale, "stale", "computed attribute " + std::string(id) + " was changed by somebody else");
    const auto done = session.execute(sql::computed_update, {{":id", id},
                                                             {":name", wanted.name},
                                                             {":definition", to_json(wanted.definition).dump()},
                                                             {":version", int64_t(std::stoll(current.etag))}});
    if (!done) return computed_error(done.error());
    TRY(audit_.note(session, viewer.principal(), "computed.change", id, {{"name", wanted.name}}));
    return computed_in(session, id);
  });
}

Result<void> ComputedAttributes::remove(const Viewer& viewer, std::string_view id) {
  if (!viewer.may(Right::analyse)) return Error::make(ErrorKind::forbidden, "forbidden", "analyse is needed");
  for (const auto& segment : TRY(segments_.list(viewer)))
    if (names_it(segment.filter.customer_rules, id)) return Error{ErrorKind::conflict, "computed_in_use", "", segment.name};
  return database_.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    if (TRY(session.execute(sql::computed_delete, {{":id", id}})) == 0)
      return Error::make(ErrorKind::not_found, "not_found", "computed attribute " + std::string(id));
    return audit_.note(session, viewer.principal(), "computed.delete", id);
  });
}

}  // namespace lotse::customers
