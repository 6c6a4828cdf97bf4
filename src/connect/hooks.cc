#include "connect/hooks.h"

#include <algorithm>

#include "base/ids.h"
#include "base/secret.h"
#include "connect/connect_sql.h"
#include "connect/detail/rights.h"
#include "connect/names.h"
#include "connect/hook_checks.h"
#include "connect/hook_intake.h"
#include "formats/webhook_body.h"

namespace lotse::connect {

namespace {
using namespace std::chrono_literals;
constexpr auto hook_remembered = 5s;
constexpr size_t hooks_remembered_max = 10'000, hooks_of_source_max = 50, hook_hint_size = 4, shown_max = 50;
constexpr std::string_view path_base = "/hooks/";

std::string path_purpose(std::string_view id) { return "webhook path " + std::string(id); }
std::string secret_purpose(std::string_view id) { return "webhook secret " + std::string(id); }

/// A public key or an organisation's id is no secret, and all of it would be the hint.
std::string hint_of(std::string_view secret) { return std::string(secret.substr(secret.size() - std::min(hook_hint_size, secret.size()))); }
}  // namespace

Result<std::vector<HookPresetInfo>> Hooks::presets(const Viewer& viewer) {
  TRY(detail::may_import(viewer));
  std::vector<HookPresetInfo> out;
  for (const auto& preset : hook_presets()) out.push_back(preset.info);
  return out;
}

Result<Webhook> Hooks::webhook_of(const WorkspaceId& workspace, const db::Row& row) const {
  Webhook hook{.id = row.text(0), .source = row.text(1), .name = row.text(2), .preset = row.text(3)};
  hook.path = std::string(path_base) + TRY(parts_.box.open(workspace, path_purpose(hook.id), row.text(4)));
  const auto* preset = hook_preset(hook.preset);
  if (!preset) return Error::make(ErrorKind::internal, "unknown_preset", hook.preset);
  hook.check = preset->info.check;
  hook.secret_hint = row.optional_text(5);
  hook.has_secret = !row.is_null(6);
  hook.mapping = TRY(parse_json<HookMapping>(row.text(7)));
  hook.active = row.integer(8) != 0;
  hook.created_at = iso_utc(Micros{row.integer(9)});
  hook.created_by = row.text(10);
  hook.etag = std::to_string(row.integer(11));
  return hook;
}

Result<Webhook> Hooks::get(db::Session& session, const WorkspaceId& workspace, std::string_view id) const {
  const auto rows = TRY(session.query(sql::hook_get, {{":id", id}}));
  if (rows.empty()) return Error::make(ErrorKind::not_found, "webhook_not_found", std::string(id));
  return webhook_of(workspace, rows[0]);
}

Result<std::vector<Webhook>> Hooks::list(const Viewer& viewer) {
  TRY(detail::may_import(viewer));
  std::vector<Webhook> out;
  for (const auto& row : TRY(parts_.database.read(viewer.workspace(), [](db::Session& s) { return s.query(sql::hook_list); })))
    out.push_back(TRY(webhook_of(viewer.workspace(), row)));
  return out;
}

Result<NewWebhook> Hooks::create(const Viewer& viewer, const WebhookRequest& request) {
  TRY(detail::may_import(viewer));
  const std::string name = TRY(checked_name(request.name, "/name"));
  const auto* preset = hook_preset(request.preset);
  if (!preset) return Error::invalid("unknown_preset", "/preset", request.preset);
  HookMapping mapping = request.mapping.value_or(preset->info.mapping);
  if (mapping.time_zone.empty()) mapping.time_zone = TRY(parts_.workspaces.settings(viewer)).time_zone;
  TRY(CompiledMapping::compile(mapping));
  std::string secret = request.secret.value_or("");
  const bool made = secret.empty() && preset->info.makes_secret;
  if (made) secret = make_secret(preset->info.check);
  if (!secret.empty()) TRY(check_secret(preset->info.check, secret));

  const Micros now = parts_.clock.now();
  const std::string id = new_id("whk", now), path = random_token(24);
  std::optional<std::string> sealed, hint;
  if (!secret.empty()) {
    sealed = parts_.box.seal(viewer.workspace(), secret_purpose(id), secret);
    hint = hint_of(secret);
  }
  return parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<NewWebhook> {
    if (TRY(session.query(sql::source_get, {{":id", request.source}})).empty()) return Error{ErrorKind::not_found, "source_not_found", "/source", request.source};
    const auto all = TRY(session.query(sql::hook_list));
    if (static_cast<size_t>(std::ranges::count_if(all, [&](const db::Row& row) { return row.text(1) == request.source; })) >= hooks_of_source_max)
      return Error::make(ErrorKind::conflict, "too_many_webhooks", "50 of a source");
    TRY(session.execute(sql::hook_insert, {{":id", id}, {":source_id", request.source}, {":name", name}, {":preset", request.preset}, {":path_hash", hash_of_secret(path)},
                                           {":path_sealed", parts_.box.seal(viewer.workspace(), path_purpose(id), path)}, {":secret_sealed", sealed}, {":secret_hint", hint},
                                           {":mapping", to_json(mapping).dump()}, {":created_by", viewer.principal()}, {":now", now.count()}}));
    TRY(parts_.audit.note(session, viewer.principal(), "webhook.create", id, {{"name", name}, {"source", request.source}, {"preset", request.preset}}));
    NewWebhook out{.webhook = TRY(get(session, viewer.workspace(), id))};
    if (made) out.secret = secret;
    return out;
  });
}

Result<Webhook> Hooks::change(const Viewer& viewer, std::string_view id, const WebhookPatch& patch, const std::optional<std::string>& etag) {
  TRY(detail::may_import(viewer));
  std::optional<std::string> name;
  if (patch.name) name = TRY(checked_name(*patch.name, "/name"));
  if (patch.mapping) TRY(CompiledMapping::compile(*patch.mapping));
  auto out = parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<Webhook> {
    Webhook hook = TRY(get(session, viewer.workspace(), id));
    if (etag && *etag != hook.etag) return Error::make(ErrorKind::stale, "stale", "the webhook is at version " + hook.etag);
    if (name) hook.name = *name;
    if (patch.mapping) hook.mapping = *patch.mapping;
    if (patch.active) hook.active = *patch.active;
    TRY(session.execute(sql::hook_update, {{":id", id}, {":name", hook.name}, {":mapping", to_json(hook.mapping).dump()}, {":active", hook.active}, {":version", std::stoll(hook.etag)}}));
    nlohmann::json details = {{"name", hook.name}};
    if (patch.active) details["active"] = *patch.active;
    if (patch.mapping) details["mapping"] = true;
    TRY(parts_.audit.note(session, viewer.principal(), "webhook.change", id, details));
    return get(session, viewer.workspace(), id);
  });
  changed();
  return out;
}

Result<NewWebhook> Hooks::set_secret(const Viewer& viewer, std::string_view id, const WebhookSecretRequest& request) {
  TRY(detail::may_import(viewer));
  auto out = parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<NewWebhook> {
    const Webhook hook = TRY(get(session, viewer.workspace(), id));
    const auto* preset = hook_preset(hook.preset);
    std::string secret = request.secret.value_or("");
    const bool made = secret.empty();
    if (made && !preset->info.makes_secret) return Error::invalid("webhook_secret_needed", "/secret", "the system makes it");
    if (made) secret = make_secret(hook.check);
    TRY(check_secret(hook.check, secret));
    TRY(session.execute(sql::hook_secret, {{":id", id}, {":secret_sealed", parts_.box.seal(viewer.workspace(), secret_purpose(id), secret)}, {":secret_hint", hint_of(secret)}}));
    TRY(parts_.audit.note(session, viewer.principal(), "webhook.secret", id, {{"made", made}}));
    NewWebhook changed_hook{.webhook = TRY(get(session, viewer.workspace(), id))};
    if (made) changed_hook.secret = secret;
    return changed_hook;
  });
  changed();
  return out;
}

Result<void> Hooks::remove(const Viewer& viewer, std::string_view id) {
  TRY(detail::may_import(viewer));
  TRY(parts_.database.write(viewer.workspace(), [&](db::Session& session) -> Result<void> {
    if (TRY(session.execute(sql::hook_delete, {{":id", id}})) == 0) return Error::make(ErrorKind::not_found, "webhook_not_found", std::string(id));
    return parts_.audit.note(session, viewer.principal(), "webhook.delete", id);
  }));
  changed();
  return {};
}

Result<HookLog::Deliveries> Hooks::deliveries(const Viewer& viewer, std::string_view id, const std::optional<std::string>& cursor) {
  TRY(detail::may_import(viewer));
  TRY(parts_.database.read(viewer.workspace(), [&](db::Session& session) { return get(session, viewer.workspace(), id); }));
  return parts_.log->list(viewer, std::string(id), cursor);
}

Result<HookPreview> Hooks::preview(const Viewer& viewer, const HookPreviewRequest& request) {
  TRY(detail::may_import(viewer));
  HookPreview out;
  HookMapping mapping = request.mapping;
  if (mapping.time_zone.empty()) mapping.time_zone = TRY(parts_.workspaces.settings(viewer)).time_zone;
  const auto compiled = CompiledMapping::compile(mapping);
  if (!compiled) {
    for (const auto& problem : compiled.error().more) out.problems.push_back({problem.field, problem.code});
    return out;
  }
  std::map<std::string, std::string> headers;
  for (const auto& [name, value] : request.headers) {
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    headers[lower] = value;
  }
  const auto header = [&](const std::string& name) -> std::string_view {
    const auto at = headers.find(name);
    return at == headers.end() ? std::string_view{} : std::string_view(at->second);
  };
  const auto body = hook_body(request.body, header);
  if (!body) {
    out.problems.push_back({"body", body.error().code});
    return out;
  }
  const auto mapped = compiled->map({.body = *body, .header = header, .received = parts_.clock.now()}, [&](MappedItem&& item) {
    out.items.push_back(shown(item));
    return out.items.size() < shown_max;
  });
  if (!mapped)
    out.problems.push_back({"body", mapped.error().code});
  else
    out.more = compiled->count(*body) - out.items.size();
  return out;
}

void Hooks::changed() {
  memory_.with([](Memory& m) {
    m.by_hash.clear();
    ++m.changes;
  });
}

void Hooks::forget(const WorkspaceId& workspace) {
  memory_.with([&](Memory& m) {
    m.gone.insert(workspace);
    m.by_hash.clear();
    ++m.changes;
  });
}

Result<std::shared_ptr<const KnownHook>> Hooks::look_up(const std::string& hash) const {
  const auto rows = TRY(parts_.database.read_system([&](db::Session& s) { return s.query(sql::hook_find, {{":path_hash", hash}}); }));
  if (rows.empty()) return std::shared_ptr<const KnownHook>();
  const auto& row = rows[0];
  auto hook = std::make_shared<KnownHook>();
  hook->workspace = {row.text(0)};
  hook->id = row.text(1);
  hook->source_id = row.text(2);
  hook->source_name = row.text(3);
  const auto source = TRY(parse_json<SourceMapping>(row.text(4)));
  hook->channel = source.channel.value_or("");
  hook->direction = source.direction.value_or("");
  hook->unit = source.unit.value_or("");
  hook->preset = hook_preset(row.text(5));
  if (!hook->preset) return Error::make(ErrorKind::internal, "unknown_preset", row.text(5));
  if (!row.is_null(6)) hook->secret = TRY(parts_.box.open(hook->workspace, secret_purpose(hook->id), row.text(6)));
  hook->mapping = TRY(CompiledMapping::compile(TRY(parse_json<HookMapping>(row.text(7)))));
  hook->active = row.integer(8) != 0;
  return std::shared_ptr<const KnownHook>(std::move(hook));
}

Result<std::shared_ptr<const KnownHook>> Hooks::find(std::string_view path_secret) {
  const auto unknown = [] { return Error::make(ErrorKind::not_found, "webhook_not_found", "no webhook has this address"); };
  if (path_secret.empty() || path_secret.size() > 100) return unknown();
  const std::string hash = hash_of_secret(path_secret);
  const auto now = std::chrono::steady_clock::now();
  uint64_t changes = 0;
  auto hook = memory_.with([&](Memory& m) -> std::shared_ptr<const KnownHook> {
    changes = m.changes;
    const auto at = m.by_hash.find(hash);
    return at == m.by_hash.end() || at->second.until < now ? nullptr : at->second.hook;
  });
  if (hook) return hook;
  hook = TRY(look_up(hash));
  if (!hook) return unknown();
  const bool gone = memory_.with([&](Memory& m) {
    if (m.gone.contains(hook->workspace)) return true;
    if (m.changes == changes) {
      if (m.by_hash.size() >= hooks_remembered_max) m.by_hash.clear();
      m.by_hash[hash] = {hook, now + hook_remembered};
    }
    return false;
  });
  if (gone) return unknown();
  return hook;
}

}  // namespace lotse::connect
