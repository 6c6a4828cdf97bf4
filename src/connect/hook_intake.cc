#include "connect/hook_intake.h"

#include <algorithm>

#include "connect/detail/unpack.h"
#include "connect/hook_checks.h"
#include "formats/inflate.h"
#include "formats/webhook_body.h"

namespace lotse::connect {

namespace {
constexpr size_t noted_types_max = 5, noted_rejects_max = 20;

int64_t status_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::unauthenticated: return 401;
    case ErrorKind::forbidden: return 403;
    case ErrorKind::not_found: return 404;
    case ErrorKind::too_large: return 413;
    case ErrorKind::unavailable: return 503;
    case ErrorKind::invalid: return 400;
    default: return 500;
  }
}

/// The content's own words, not the sender's header: proxies and old tools send what they like.
bool is_envelope(const nlohmann::json& body) { return body.is_object() && body.contains("specversion"); }
}  // namespace

Result<nlohmann::json> hook_body(std::string_view body, const std::function<std::string_view(const std::string&)>& header) {
  const bool enveloped = !header("ce-specversion").empty();
  if (enveloped && body.find_first_not_of(" \t\r\n") == std::string_view::npos) body = "{}";
  auto read = TRY(formats::read_webhook_body(body));
  if (!enveloped || is_envelope(read)) return read;
  nlohmann::json whole = {{"data", std::move(read)}};
  for (const char* name : {"specversion", "id", "source", "type", "time", "subject", "dataschema"})
    if (const auto value = header(std::string("ce-") + name); !value.empty()) whole[name] = std::string(value);
  return whole;
}

bool HookIntake::knows(std::string_view path_secret) {
  const auto hook = hooks_.find(path_secret);
  return hook && (*hook)->active;
}

void HookIntake::take(HookRequest request, std::function<void(Result<HookTaken>)> done) {
  const Micros received = clock_.now();
  const auto found = hooks_.find(request.path_secret);
  if (!found) return done(found.error());
  const std::shared_ptr<const KnownHook> hook = *found;
  const uint64_t size = request.body.size();
  const auto header = [&](const std::string& name) -> std::string_view {
    const auto at = request.headers.find(name);
    return at == request.headers.end() ? std::string_view{} : std::string_view(at->second);
  };
  struct Prepared {
    std::vector<hub::IncomingEvent> events;
    std::vector<size_t> index;
    HookAnswer answer;
    HookDelivery noted;
  };
  const auto prepare = [&]() -> Result<Prepared> {
    if (!hook->active) return Error::make(ErrorKind::forbidden, "webhook_paused", "it is paused");
    if (hook->secret.empty()) return Error::make(ErrorKind::unauthenticated, "webhook_secret_missing", "its secret is not entered yet");
    const std::string path = "/hooks/" + request.path_secret;
    SignedRequest as_sent{.body = request.body, .path = path, .access_token = request.access_token, .header = header, .received = received};
    std::string body;
    auto fits = check_signature(hook->preset->info.check, hook->secret, as_sent);
    if (formats::is_compressed(request.body)) {
      body = TRY(detail::unpacked(request.body, body_bytes_max));
      // Some sign what they have written, others what they send.
      if (!fits) {
        as_sent.body = body;
        fits = check_signature(hook->preset->info.check, hook->secret, as_sent);
      }
    } else {
      body = std::move(request.body);
    }
    TRY(std::move(fits));
    const auto read = TRY(hook_body(body, header));
    Prepared out;
    const auto mapped = hook->mapping.map({.body = read, .header = header, .received = received}, [&](MappedItem&& item) {
      if (item.state == HookItemState::ignored) {
        ++out.answer.ignored;
        return true;
      }
      if (item.state == HookItemState::rejected) {
        out.answer.rejected.push_back({static_cast<int64_t>(item.index), item.problems.front().field, item.problems.front().code});
        return true;
      }
      auto& event = item.event;
      auto& types = out.noted.event_types;
      if (types.size() < noted_types_max && std::ranges::find(types, event.type) == types.end()) types.push_back(event.type);
      event.message = hook->preset->info.id + ":" + event.message;
      if (event.channel.empty()) event.channel = hook->channel;
      if (event.direction.empty()) event.direction = hook->direction;
      if (event.unit.empty()) event.unit = hook->unit;
      out.events.push_back(std::move(event));
      out.index.push_back(item.index);
      return true;
    });
    TRY(mapped);
    std::vector<std::string> codes;
    for (const auto& rejected : out.answer.rejected) codes.push_back(rejected.code);
    watch_.rejected(hook->workspace, hook->source_id, codes);
    return out;
  };
  auto prepared = prepare();
  const auto note = [log = log_, hook, received, size](HookDelivery delivery) {
    delivery.size_bytes = size;
    log->note(hook->workspace, hook->id, received, std::move(delivery));
  };
  const auto refuse = [note, done](const Error& error) {
    HookDelivery delivery{.status = status_of(error), .error_code = error.code};
    delivery.state = delivery.status >= 500 ? DeliveryState::failed : DeliveryState::refused;
    note(std::move(delivery));
    done(error);
  };
  if (!prepared) {
    watch_.rejected(hook->workspace, hook->source_id, {prepared.error().code});
    return refuse(prepared.error());
  }
  const auto finish = [note, done, hook](HookAnswer answer, HookDelivery delivery) {
    std::ranges::sort(answer.rejected, {}, &RejectedItem::index);
    HookTaken taken{.soap = hook->preset->info.check == HookCheck::salesforce_org};
    taken.refused = hook->preset->strict && !answer.rejected.empty() && answer.accepted + answer.known + answer.ignored == 0;
    delivery.state = answer.accepted + answer.known > 0 ? (answer.rejected.empty() ? DeliveryState::taken : DeliveryState::partly)
                     : !answer.rejected.empty()         ? DeliveryState::rejected
                                                        : DeliveryState::ignored;
    delivery.status = taken.refused ? 422 : 200;
    delivery.accepted = answer.accepted;
    delivery.known = answer.known;
    delivery.ignored = answer.ignored;
    delivery.rejected = answer.rejected.size();
    delivery.rejects.assign(answer.rejected.begin(), answer.rejected.begin() + static_cast<ptrdiff_t>(std::min(answer.rejected.size(), noted_rejects_max)));
    note(std::move(delivery));
    taken.answer = std::move(answer);
    done(std::move(taken));
  };
  if (prepared->events.empty()) return finish(std::move(prepared->answer), std::move(prepared->noted));
  hub_.accept(hook->workspace, hook->source_id, hook->source_name, std::move(prepared->events),
              [finish, refuse, index = std::move(prepared->index), answer = std::move(prepared->answer), noted = std::move(prepared->noted)](const Result<hub::Accepted>& accepted) mutable {
                if (!accepted) return refuse(accepted.error());
                answer.accepted = accepted->accepted;
                answer.known = accepted->known;
                for (const auto& r : accepted->rejected) answer.rejected.push_back({static_cast<int64_t>(index[r.index]), "", r.code});
                finish(std::move(answer), std::move(noted));
              },
              request.since);
}

}  // namespace lotse::connect
