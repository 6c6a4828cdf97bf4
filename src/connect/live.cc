#include "connect/live.h"

#include <algorithm>

#include "formats/timestamp.h"

namespace lotse::connect {

namespace {
struct Prepared {
  std::string source_id;
  std::vector<hub::IncomingEvent> events;
  std::vector<int64_t> index;  // of each in the request
  std::vector<RejectedEvent> rejected;
};
}  // namespace

void LiveEvents::append(const Viewer& viewer, const AppendRequest& request, std::function<void(Result<AppendAnswer>)> done) {
  const auto prepare = [&]() -> Result<Prepared> {
    if (!viewer.may(Right::import_data)) return Error::make(ErrorKind::forbidden, "forbidden", "import_data is needed");
    if (request.events.empty()) return Error::invalid("no_events", "/events", "at least one event is expected");
    if (request.events.size() > 10'000) return Error::invalid("too_many_events", "/events", "at most 10,000 events are taken at once");
    Prepared out;
    auto id = sources_.id_of(viewer, request.source, nullptr);
    if (!id) {
      if (id.error().code == "invalid_name") id.error().field = "/source";
      return id.error();
    }
    out.source_id = std::move(*id);
    const auto settings = TRY(workspaces_.settings(viewer));
    const formats::StampReader stamps(formats::TimeLayout::iso, TRY(formats::Zone::find(settings.time_zone)), clock_.now());
    for (size_t i = 0; i < request.events.size(); ++i) {
      const NewEvent& in = request.events[i];
      const auto stamp = stamps.read(in.time);
      if (stamp.problem != formats::StampProblem::none) {
        out.rejected.push_back({static_cast<int64_t>(i), formats::code(stamp.problem)});
        continue;
      }
      hub::IncomingEvent event;
      event.customer = in.customer;
      for (const auto& identifier : in.identifiers) event.identifiers.push_back({identifier.kind, identifier.value});
      event.type = in.event_type;
      event.time = stamp.utc;
      event.message = in.id.value_or("");
      event.instance_key = in.instance_key.value_or("");
      event.channel = in.channel.value_or("");
      event.direction = in.direction.value_or("");
      event.unit = in.unit.value_or("");
      if (in.cost) event.cost = *in.cost;
      event.attributes.assign(in.attributes.begin(), in.attributes.end());
      out.events.push_back(std::move(event));
      out.index.push_back(static_cast<int64_t>(i));
    }
    return out;
  };
  auto prepared = prepare();
  if (!prepared) return done(prepared.error());
  std::vector<std::string> codes;
  for (const auto& rejected : prepared->rejected) codes.push_back(rejected.code);
  hub_.note_rejected(viewer.workspace(), prepared->source_id, codes);
  hub_.accept(viewer.workspace(), prepared->source_id, request.source, std::move(prepared->events),
              [index = std::move(prepared->index), rejected = std::move(prepared->rejected), done = std::move(done)](Result<hub::Accepted> accepted) mutable {
                if (!accepted) return done(accepted.error());
                AppendAnswer answer;
                answer.accepted = accepted->accepted;
                answer.known = accepted->known;
                answer.as_of = static_cast<int64_t>(accepted->as_of);
                answer.rejected = std::move(rejected);
                for (const auto& r : accepted->rejected) answer.rejected.push_back({index[r.index], r.code});
                std::ranges::sort(answer.rejected, {}, &RejectedEvent::index);
                done(std::move(answer));
              });
}

}  // namespace lotse::connect
