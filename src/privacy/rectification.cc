#include <algorithm>

#include "privacy/detail/stored_request.h"
#include "privacy/privacy_sql.h"

/// Rectification (Art. 16): a wrong value leaves every event, file and answer, and does not come back by the next delivery
/// (docs/decisions/0745).
namespace lotse::privacy {

namespace {
constexpr size_t value_bytes_max = 10'000;

/// What would show the wrong value besides the events: rows that were not taken, exports, files made for the customer.
bool holds_copies(std::string_view holder) { return holder == "imports" || holder == "exports" || holder == "requests"; }
}  // namespace

Result<std::string> Requests::change_of(const WorkspaceId& workspace, const RequestOrder& order, const Subject& subject, const std::vector<std::string>& originals) {
  const auto trimmed = [](const std::optional<std::string>& text) {
    std::string_view out = text ? std::string_view(*text) : std::string_view{};
    while (!out.empty() && static_cast<unsigned char>(out.front()) <= ' ') out.remove_prefix(1);
    while (!out.empty() && static_cast<unsigned char>(out.back()) <= ' ') out.remove_suffix(1);
    return std::string(out);
  };
  const std::string wrong = trimmed(order.wrong), right = trimmed(order.right);
  if (wrong.empty()) return Error::invalid("value_missing", "/wrong", "the wrong value is expected");
  if (right.size() > value_bytes_max) return Error::invalid("text_too_long", "/right", "at most 10,000 bytes");
  if (wrong == right) return Error::invalid("value_unchanged", "/right", "both values are the same");
  nlohmann::json change, shown = nlohmann::json::object();
  if (const std::string attribute = trimmed(order.attribute); !attribute.empty()) {
    if (TRY(parts_.value(workspace, {.identities = subject.identities, .attribute = attribute, .wrong = wrong, .right = std::nullopt})) == 0)
      return Error{ErrorKind::not_found, "value_not_found", "/wrong", "no event of the customer has this value"};
    change = {{"attribute", attribute}, {"wrong", wrong}, {"right", right}};
    shown["attribute"] = attribute;
  } else {
    if (right.empty()) return Error::invalid("value_missing", "/right", "the right identifier is expected");
    for (size_t i = 0; i < originals.size() && change.is_null(); ++i) {
      const auto text = parts_.identifier(originals[i], wrong, right);
      if (!text) continue;
      const std::string_view view = *text;
      if (TRY(parts_.vault.find(workspace, {&view, 1}))[0] != 0) return Error{ErrorKind::conflict, "identifier_taken", "/right", "an identity has it"};
      change = {{"identity", subject.identities[i]}, {"wrong", originals[i]}, {"right", *text}};
    }
    if (change.is_null()) return Error{ErrorKind::not_found, "identifier_not_found", "/wrong", "the customer has no such identifier"};
  }
  shown["change"] = parts_.vault.seal_text(workspace, change.dump());
  return shown.dump();
}

Result<Requests::Change> Requests::change_of(const WorkspaceId& workspace, const Stored& stored) {
  const auto broken = [] { return Error::make(ErrorKind::internal, "database_broken", "what a rectification changes cannot be read"); };
  const auto details = nlohmann::json::parse(stored.details, nullptr, false);
  if (!details.is_object() || !details.contains("change")) return broken();
  const auto change = nlohmann::json::parse(TRY(parts_.vault.unseal_text(workspace, details["change"].get<std::string>())), nullptr, false);
  if (!change.is_object()) return broken();
  Change out{.identity = change.value("identity", 0u), .wrong = change.value("wrong", ""), .right = change.value("right", "")};
  if (change.contains("attribute")) out.attribute = change["attribute"].get<std::string>();
  return out;
}

Result<void> Requests::put_right(const WorkspaceId& workspace, Stored& stored, const Progress& progress) {
  const Change change = TRY(change_of(workspace, stored));
  const Subject& subject = stored.subjects.at(0);
  progress(0.05, "hide");
  if (change.attribute) {
    // First what comes in from now on, then what is there: nothing slips through in between.
    TRY(parts_.corrections.add(workspace, stored.id, subject.identities, *change.attribute, change.wrong, change.right));
    count(stored, "events", TRY(parts_.value(workspace, {.identities = subject.identities, .attribute = *change.attribute, .wrong = change.wrong, .right = change.right})));
  } else {
    TRY(parts_.vault.rename(workspace, change.identity, change.wrong, change.right, stored.id));
    if (stored.proof.holders.empty()) count(stored, "vault", 1);
  }
  TRY(save(workspace, stored));
  progress(0.2, "hide");
  for (Holder* holder : holders_)
    if (holds_copies(holder->name())) count(stored, holder->name(), TRY(holder->erase(workspace, stored.subjects)));
  return hidden(workspace, stored);
}

/// Of the values nothing stays but the attribute's name.
Result<void> Requests::forget_change(const WorkspaceId& workspace, const Stored& stored) {
  auto details = nlohmann::json::parse(stored.details, nullptr, false);
  if (!details.is_object() || details.erase("change") == 0) return {};
  TRY(parts_.database.write(workspace, [&](db::Session& s) { return s.execute(sql::request_details, {{":id", stored.id}, {":details", details.dump()}}); }));
  return {};
}

Result<Requests::Repeated> Requests::repeated(const WorkspaceId& workspace) {
  return Repeated{TRY(parts_.corrections.repeats(workspace)), TRY(parts_.vault.repeats(workspace))};
}

Result<std::vector<CorrectedAttribute>> Requests::corrected(const Viewer& viewer, std::string_view customer) {
  if (!viewer.may(Right::see_identifiers)) return Error::make(ErrorKind::forbidden, "forbidden", "see_identifiers is needed");
  const uint32_t identity = TRY(identity_of(viewer.workspace(), customer, "/customer"));
  const auto [number, identities] = TRY(parts_.customer_of(viewer.workspace(), identity));
  return parts_.corrections.of_customer(viewer.workspace(), identities);
}

}  // namespace lotse::privacy
