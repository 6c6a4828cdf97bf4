#include "connect/tracking.h"

#include <algorithm>

#include "connect/detail/unpack.h"
#include "formats/inflate.h"
#include "formats/tracking_json.h"

namespace lotse::connect {

namespace {
enum class Address { single, batch, historical };
struct Known {
  std::string_view word;
  Address address;
  formats::TrackingCall call;
};
constexpr Known addresses[] = {
    {"batch", Address::batch, {}},        {"b", Address::batch, {}},
    {"import", Address::historical, {}},  {"track", Address::single, formats::TrackingCall::track},
    {"t", Address::single, formats::TrackingCall::track},       {"identify", Address::single, formats::TrackingCall::identify},
    {"i", Address::single, formats::TrackingCall::identify},    {"page", Address::single, formats::TrackingCall::page},
    {"p", Address::single, formats::TrackingCall::page},        {"screen", Address::single, formats::TrackingCall::screen},
    {"s", Address::single, formats::TrackingCall::screen},      {"group", Address::single, formats::TrackingCall::group},
    {"g", Address::single, formats::TrackingCall::group},       {"alias", Address::single, formats::TrackingCall::alias},
    {"a", Address::single, formats::TrackingCall::alias},
};
const Known* find(std::string_view call) {
  const auto at = std::ranges::find(addresses, call, &Known::word);
  return at == std::end(addresses) ? nullptr : at;
}

Result<std::string> unpacked(std::string body) {
  if (!formats::is_compressed(body)) return body;
  return detail::unpacked(body, Tracking::body_bytes_max);
}

identity::Kind kind_of(formats::TrackedId id) {
  switch (id) {
    case formats::TrackedId::email: return identity::Kind::email;
    case formats::TrackedId::phone: return identity::Kind::phone;
    // alias does not say what the former id was: where other calls know it as a user's, it is one
    case formats::TrackedId::previous_id:
    case formats::TrackedId::anonymous_id: break;
  }
  return identity::Kind::anonymous_id;
}

hub::IncomingEvent::Reference reference(formats::TrackedReference reference, std::string text) {
  using R = formats::TrackedReference;
  using identity::Kind;
  const Kind kind = reference == R::contract ? Kind::contract : reference == R::order ? Kind::order : Kind::account;
  return {.kind = kind, .value = std::move(text), .from_here = reference == R::account_from_here};
}

hub::IncomingEvent incoming(formats::TrackingEvent&& in, const TrackedSource& source) {
  hub::IncomingEvent out;
  out.customer = std::move(in.customer);
  out.customer_kind = in.anonymous ? identity::Kind::anonymous_id : identity::Kind::user_id;
  out.said = in.call == formats::TrackingCall::alias ? identity::Said::alias : identity::Said::identify;
  for (auto& [id, text] : in.identifiers) out.identifiers.push_back({kind_of(id), std::move(text)});
  for (auto& [to, text] : in.references) out.references.push_back(reference(to, std::move(text)));
  out.type = std::move(in.type);
  out.message = std::move(in.message_id);
  out.time = in.time;
  out.channel = source.channel;
  out.direction = source.direction.empty() ? "by_customer" : source.direction;
  out.unit = source.unit;
  out.attributes = std::move(in.attributes);
  out.customer_attributes = std::move(in.traits);
  // Traits like "consent.analytics" (of an object or with the dot in the name) say the same as the banner's categories.
  std::erase_if(out.customer_attributes, [&](const auto& trait) {
    constexpr std::string_view prefix = "consent.";
    if (!trait.first.starts_with(prefix)) return false;
    const auto purpose = privacy::purpose_of(std::string_view(trait.first).substr(prefix.size()));
    const auto yes = privacy::consent_word(trait.second);
    if (purpose && yes) out.consent.say(*purpose, *yes);
    return purpose && yes;
  });
  for (const auto& [category, granted] : in.consents)
    if (const auto purpose = privacy::purpose_of(category)) out.consent.say(*purpose, granted);
  return out;
}
}  // namespace

bool Tracking::knows(std::string_view call) { return find(call) != nullptr; }

void Tracking::take(TrackingRequest request, std::function<void(Result<TrackingAnswer>)> done) {
  const Known* address = find(request.call);
  ensure(address != nullptr, "the caller asked whether the call is known");
  struct Prepared {
    std::shared_ptr<const TrackedSource> source;
    std::vector<hub::IncomingEvent> events;
    std::vector<size_t> index;
    TrackingAnswer answer;
  };
  const auto prepare = [&]() -> Result<Prepared> {
    Prepared out;
    // A wrong key is refused before anything is unpacked for it.
    if (!request.write_key.empty()) out.source = TRY(keys_.source_of(request.write_key));
    const auto read = [&]() -> Result<formats::TrackingBody> {
      const auto call = address->address == Address::single ? std::optional(address->call) : std::nullopt;
      return formats::read_tracking(TRY(unpacked(std::move(request.body))), call, clock_.now(), address->address == Address::historical);
    };
    auto body = read();
    if (!body) {
      if (out.source) {
        watch_.rejected(out.source->workspace, out.source->source_id, {body.error().code});
        hub_.note_rejected(out.source->workspace, out.source->source_id, {body.error().code});
      }
      return body.error();
    }
    if (!out.source) out.source = TRY(keys_.source_of(body->write_key));
    out.events.reserve(body->events.size());
    out.index.reserve(body->events.size());
    for (auto& event : body->events) {
      out.index.push_back(event.index);
      out.events.push_back(incoming(std::move(event), *out.source));
    }
    std::vector<std::string> codes;
    for (const auto& rejected : body->rejected) {
      out.answer.rejected.push_back({static_cast<int64_t>(rejected.index), rejected.code});
      codes.emplace_back(rejected.code);
    }
    watch_.rejected(out.source->workspace, out.source->source_id, codes);
    hub_.note_rejected(out.source->workspace, out.source->source_id, codes);
    return out;
  };
  auto prepared = prepare();
  if (!prepared) return done(prepared.error());
  const bool single = address->address == Address::single;
  const auto finish = [single](TrackingAnswer answer) -> Result<TrackingAnswer> {
    if (single && !answer.rejected.empty()) return Error::invalid(answer.rejected.front().code, "", "the event cannot be stored");
    std::ranges::sort(answer.rejected, {}, &RejectedEvent::index);
    return answer;
  };
  if (prepared->events.empty()) return done(finish(std::move(prepared->answer)));
  const auto source = prepared->source;
  hub_.accept(source->workspace, source->source_id, source->source_name, std::move(prepared->events),
              [finish, index = std::move(prepared->index), answer = std::move(prepared->answer), done = std::move(done)](Result<hub::Accepted> accepted) mutable {
                if (!accepted) return done(accepted.error());
                for (const auto& r : accepted->rejected) answer.rejected.push_back({static_cast<int64_t>(index[r.index]), r.code});
                done(finish(std::move(answer)));
              },
              request.since);
}

}  // namespace lotse::connect
