#pragma once
#include "analysis/analysis.h"
#include "events/stores.h"
#include "privacy/retention.h"

/// What privacy lets the event store do; privacy itself knows no store.
namespace lotse::cli {

Result<uint64_t> correct_value(events::Stores& stores, analysis::Analysis& analysis, const WorkspaceId& workspace, const privacy::Requests::Parts::Value& value);
/// `original`, a text of the vault, is what a person calls `wrong`: the vault's text for `right`.
std::optional<std::string> corrected_identifier(std::string_view original, std::string_view wrong, std::string_view right);

Result<privacy::Retention::Parts::Affected> outlived(events::Stores& stores, analysis::Analysis& analysis, const WorkspaceId& workspace, const privacy::RetentionRule& rule,
                                                     Micros before, bool enforce);
Result<std::vector<Subject>> emptied_customers(events::Stores& stores, const WorkspaceId& workspace, const std::vector<uint32_t>& identities);

/// An access request's data as a zip: the page to read, all of it as JSON, and each system's events as CSV.
Result<std::string> access_archive(const nlohmann::json& file, std::string_view language);

}  // namespace lotse::cli
