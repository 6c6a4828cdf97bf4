#include "cli/holders.h"

namespace lotse::cli {

namespace {
constexpr std::chrono::milliseconds erasure_seen_within{60'000}, rewritten_within{600'000};
constexpr uint64_t page = 10'000;

nlohmann::json event_json(const events::StoredEvent& event, const events::Dictionary& dictionary) {
  nlohmann::json out{{"time", iso_utc(event.time)}, {"event_type", dictionary.types.at(event.type - 1).name}, {"source", dictionary.sources.at(event.source - 1u).name}};
  if (event.instance_key) out["instance_key"] = *event.instance_key;
  if (event.cost) out["cost"] = *event.cost;
  for (const auto& [number, text] : event.attributes)
    for (const auto& a : dictionary.attributes)
      if (a.number == number) {
        if (number < BuiltinAttribute::first_imported) out[a.name] = text;
        else out[a.scope == AttributeScope::customer ? "customer_attributes" : "attributes"][a.name] = text;
      }
  return out;
}
}  // namespace

std::vector<std::string> EventsHolder::places() const {
  return {"events.duckdb: live", "events.duckdb: part_*", "events.duckdb: attribute_value", "events.duckdb: instance_key", "events.duckdb: identity_evidence",
          "events.duckdb: erased_identity", "events.duckdb: erased_text", "events.duckdb: restricted_identity", "events.duckdb", "events.duckdb.wal", "events.*.journal", "tmp"};
}

Result<nlohmann::json> EventsHolder::find(const WorkspaceId& workspace, const Subject& subject) {
  const auto store = TRY(stores_.open(workspace));
  const uint64_t as_of = store->as_of();
  nlohmann::json out = nlohmann::json::array();
  for (uint64_t offset = 0;; offset += page) {
    const auto events = TRY(store->customer_events(subject.customer, as_of, offset, page));
    const auto dictionary = store->dictionary();
    for (const auto& event : events) out.push_back(event_json(event, *dictionary));
    if (events.size() < page) return out;
  }
}

Result<uint64_t> EventsHolder::erase(const WorkspaceId& workspace, std::span<const Subject> subjects) {
  std::vector<uint32_t> identities;
  for (const auto& subject : subjects) identities.insert(identities.end(), subject.identities.begin(), subject.identities.end());
  const auto store = TRY(stores_.open(workspace));
  const uint64_t gone = TRY(store->erase(std::move(identities)));
  if (!analysis_.wait_until(workspace, store->as_of(), erasure_seen_within))
    return Error::make(ErrorKind::unavailable, "columns_loading", "the columns do not follow the store");
  return gone;
}

Result<void> EventsHolder::purge(const WorkspaceId& workspace, std::span<const Subject>, std::stop_token stop) {
  return TRY(stores_.open(workspace))->purge(stop);
}

Result<void> ColumnsHolder::purge(const WorkspaceId& workspace, std::span<const Subject>, std::stop_token) {
  if (!analysis_.rewrite(workspace, rewritten_within)) return Error::make(ErrorKind::unavailable, "columns_loading", "the columns were not rewritten");
  return {};
}

}  // namespace lotse::cli
