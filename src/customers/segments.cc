#include "customers/segments.h"

#include "base/ids.h"
#include "customers/customers_sql.h"
#include "customers/detail/names.h"

namespace lotse::customers {
namespace {

Error not_found(std::string_view id) {
  return Error::make(ErrorKind::not_found, "not_found", "segment " + std::string(id));
}

Result<Segment> read(const db::Row& row) {
  Segment segment;
  segment.id = row.text(0);
  segment.name = row.text(1);
  segment.filter = TRY(parse_json<Filter>(row.text(2)));
  segment.created_by = row.text(3);
  segment.created_at = iso_utc(Micros{row.integer(4)});
  segment.etag = std::to_string(row.integer(5));
  return segment;
}

Result<Segment> get_in(db::Session& session, std::string_view id) {
  const auto rows = TRY(session.query(sql::segment_get, {{":id", id}}));
  if (rows.empty()) return not_found(id);
  return read(rows.front());
}

Result<SegmentRequest> checked(const Viewer& viewer, SegmentRequest request) {
  if (!viewer.may(Right::analyse)) return Error::make(ErrorKind::forbidden, "forbidden", "analyse is needed");
  request.name = TRY(detail::checked_name(request.name));
  if (request.filter.segment)
    return Error::invalid("segment_in_segment", "/filter/segment", "a segment may not name another one");
  return request;
}

Error named(Error error) {
  if (error.code == "already_exists") return {ErrorKind::conflict, "segment_exists", "/name", "another segment has this name"};
  return error;
}

}  // namespace

Result<std::vector<Segment>> Segments::list(const Viewer& viewer) {
  return database_.read(viewer.workspace(), [&](db::Session& session) -> Result<std::vector<Segment>> {
    std::vector<Segment> out;
    for (const auto& row : TRY(session.query(sql::segment_list))) out.push_back(TRY(read(row)));
    return out;
  });
}

Result<Segment> Segments::get(const Viewer& viewer, std::string_view id) {
  return database_.read(viewer.workspace(), [&](db::Session& session) { return get_in(session, id); });
}

Result<Segment> Segments::create(const Viewer& viewer, const SegmentRequest& request) {
  const auto wanted = TRY(checked(viewer, request));
  const auto now = clock_.now();
  const auto id = new_id("seg", now);
  return database_.write(viewer.workspace(), [&](db::Session& session) -> Result<Segment> {
    const auto done = session.execute(sql::segment_insert, {{":id", id},
                                                            {":name", wanted.name},
                                                            {":filter", to_json(wanted.filter).dump()},
                                                            {":created_by", viewer.principal()},
                                                            {":created_at", now.count()}});
    if (!done) return named(done.error());
    return get_in(session, id);
  });
}

Result<Segment> Segments::change(const Viewer& viewer, std::string_view id, const SegmentRequest& request,
                                 std::string_view etag) {
  const auto wanted = TRY(checked(viewer, request));
  return database_.write(viewer.workspace(), [&](db::Session& session) -> Result<Segment> {
    const auto current = TRY(get_in(session, id));
    if (!etag.empty() && etag != current.etag)
      return Error::make(ErrorKind::stale, "stale", "segment " + std::string(id) + " was changed by somebody else");
    const auto done = session.execute(sql::segment_update, {{":id", id},
                                                            {":name", wanted.name},
                                                            {":filter", to_json(wanted.filter).dump()},
                                                            {":version", int64_t(std::stoll(current.etag))}});
    if (!done) return named(done.error());
    return get_in(session, id);
  });
}

Result<void> Segments::remove(const Viewer& viewer, std::string_view id) {
  if (!viewer.may(Right::analyse)) return Error::make(ErrorKind::forbidden, "forbidden", "analyse is needed");
  return database_.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    if (TRY(session.execute(sql::segment_delete, {{":id", id}})) == 0) return not_found(id);
    return {};
  });
}

Result<void> Segments::forget(const WorkspaceId& workspace) {
  return database_.write(workspace, [&](db::Session& session) -> Result<void> {
    TRY(session.execute(sql::segment_delete_all));
    return {};
  });
}

}  // namespace lotse::customers
