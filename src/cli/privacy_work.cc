#include "cli/privacy_work.h"

#include <algorithm>
#include <set>

#include "formats/csv.h"
#include "formats/zip_write.h"
#include "identity/kinds.h"
#include "privacy/access_page.h"

namespace lotse::cli {

namespace {
constexpr std::chrono::milliseconds seen_within{60'000};

Result<void> until_seen(events::DuckStore& store, analysis::Analysis& analysis, const WorkspaceId& workspace) {
  if (!analysis.wait_until(workspace, store.as_of(), seen_within)) return Error::make(ErrorKind::unavailable, "columns_loading", "the columns do not follow the store");
  return {};
}

std::set<uint32_t> customers_of(const events::DuckStore& store, const std::vector<uint32_t>& identities) {
  std::set<uint32_t> out;
  for (const uint32_t n : identities) out.insert(store.customer_of(n));
  return out;
}
}  // namespace

Result<uint64_t> correct_value(events::Stores& stores, analysis::Analysis& analysis, const WorkspaceId& workspace, const privacy::Requests::Parts::Value& value) {
  const auto store = TRY(stores.open(workspace));
  const auto dictionary = store->dictionary();
  const auto attribute = std::ranges::find_if(dictionary->attributes, [&](const auto& a) {
    return a.scope == AttributeScope::customer && a.name == value.attribute && a.number >= BuiltinAttribute::first_imported;
  });
  if (attribute == dictionary->attributes.end()) return uint64_t{0};
  events::Amendment amendment{.attribute = attribute->number, .identities = value.identities, .from = value.wrong, .before = {}, .to = {}};
  if (!value.right) return TRY(store->affected(amendment)).events;
  amendment.to = *value.right;
  uint64_t changed = TRY(store->amend(amendment)).events;
  changed += TRY(store->amend(amendment)).events;  // what was on its way when the correction became known
  TRY(until_seen(*store, analysis, workspace));
  return changed;
}

std::optional<std::string> corrected_identifier(std::string_view original, std::string_view wrong, std::string_view right) {
  const auto shown = identity::shown(original);
  if (original != wrong && shown.value != wrong && !(shown.kind && identity::normalised(*shown.kind, wrong) == shown.value)) return std::nullopt;
  if (!shown.kind) return std::string(right);
  const std::string value = identity::normalised(*shown.kind, right);
  if (value.empty()) return std::nullopt;
  return identity::vault_text(*shown.kind, value);
}

Result<privacy::Retention::Parts::Affected> outlived(events::Stores& stores, analysis::Analysis& analysis, const WorkspaceId& workspace, const privacy::RetentionRule& rule,
                                                     Micros before, bool enforce) {
  const auto store = TRY(stores.open(workspace));
  const auto dictionary = store->dictionary();
  const auto not_found = [&] { return Error{ErrorKind::not_found, "subject_not_found", "/subject", rule.subject}; };
  events::Affected found;
  if (rule.kind == privacy::RetentionKind::source) {
    const auto at = std::ranges::find(dictionary->sources, rule.subject, &events::SourceName::id);
    if (at == dictionary->sources.end()) return not_found();
    const events::Expiry expiry{.source = at->code, .before = before};
    found = TRY(enforce ? store->expire(expiry) : store->affected(expiry));
  } else {
    const auto at = std::ranges::find(dictionary->attributes, rule.subject, &events::Attribute::id);
    if (at == dictionary->attributes.end() || at->number < BuiltinAttribute::first_imported) return not_found();
    const events::Amendment amendment{.attribute = at->number, .identities = {}, .from = {}, .before = before, .to = {}};
    found = TRY(enforce ? store->amend(amendment) : store->affected(amendment));
  }
  if (enforce) TRY(until_seen(*store, analysis, workspace));
  return privacy::Retention::Parts::Affected{found.events, customers_of(*store, found.identities).size(), std::move(found.identities)};
}

Result<std::vector<Subject>> emptied_customers(events::Stores& stores, const WorkspaceId& workspace, const std::vector<uint32_t>& identities) {
  const auto store = TRY(stores.open(workspace));
  std::vector<Subject> candidates;
  std::vector<uint32_t> all;
  for (const uint32_t customer : customers_of(*store, identities)) {
    candidates.push_back({.customer = customer, .pseudonym = {}, .identities = store->identities_of(customer), .identifiers = {}});
    all.insert(all.end(), candidates.back().identities.begin(), candidates.back().identities.end());
  }
  const auto list = TRY(store->without_events(all));
  const std::set<uint32_t> without(list.begin(), list.end());
  std::erase_if(candidates, [&](const Subject& s) { return std::ranges::any_of(s.identities, [&](uint32_t n) { return !without.contains(n); }); });
  return candidates;
}

namespace {
/// A name that every system takes for a file.
std::string file_name(std::string_view text) {
  std::string out;
  for (const char c : text) out += (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80 || c == '-' || c == ' ' ? c : '_';
  return out.empty() ? "_" : out.substr(0, 80);
}
std::string text_of(const nlohmann::json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

/// Rows of objects; the columns are the union of their members, those inside "attributes" and "customer_attributes" among them.
std::string csv_of(const std::vector<nlohmann::json>& rows) {
  std::vector<std::string> columns;
  std::vector<std::map<std::string, std::string>> cells;
  for (const auto& row : rows) {
    auto& cell = cells.emplace_back();
    const auto put = [&](const std::string& name, const nlohmann::json& value) {
      if (std::ranges::find(columns, name) == columns.end()) columns.push_back(name);
      cell[name] = text_of(value);
    };
    for (const char* first : {"time", "event_type", "instance_key", "source"})
      if (row.contains(first)) put(first, row[first]);
    for (const auto& [name, value] : row.items()) {
      if (!value.is_object()) put(name, value);
      else for (const auto& [inner, text] : value.items()) put(name + "." + inner, text);
    }
  }
  std::string out = "\xEF\xBB\xBF";
  formats::append_csv_row(out, {columns.begin(), columns.end()});
  for (auto& cell : cells) {
    std::vector<std::string_view> line;
    for (const auto& name : columns) line.push_back(cell[name]);
    formats::append_csv_row(out, line);
  }
  return out;
}
}  // namespace

Result<std::string> access_archive(const nlohmann::json& file, std::string_view language) {
  const bool german = language != "en";
  std::vector<std::pair<std::string, std::string>> parts;
  parts.emplace_back(german ? "Auskunft.html" : "Your data.html", privacy::access_page(file, language));
  parts.emplace_back("data.json", file.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
  std::map<std::string, std::vector<nlohmann::json>> by_source;
  if (const auto data = file.find("data"); data != file.end())
    for (const auto& [system, rows] : data->items()) {
      if (!rows.is_array() || rows.empty()) continue;
      if (system != "events") {
        parts.emplace_back("data/" + file_name(system) + ".json", rows.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
        continue;
      }
      for (const auto& event : rows) by_source[event.value("source", "")].push_back(event);
    }
  std::set<std::string> names;
  for (const auto& [source, events] : by_source) {
    const std::string wanted = (german ? "ereignisse/" : "events/") + file_name(source);
    std::string name = wanted;
    for (int i = 2; !names.insert(name).second; ++i) name = wanted + " " + std::to_string(i);
    parts.emplace_back(name + ".csv", csv_of(events));
  }
  return formats::zip_archive(parts);
}

}  // namespace lotse::cli
