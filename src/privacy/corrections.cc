#include "privacy/corrections.h"

#include <algorithm>

#include "base/log.h"
#include "base/time.h"
#include "privacy/privacy_sql.h"

namespace lotse::privacy {

namespace {
/// The attribute belongs to the hash: the same word may be right of another one.
std::string print(const Vault& vault, const WorkspaceId& workspace, std::string_view attribute, std::string_view text) {
  return vault.print_of(workspace, std::string(attribute) + '\0' + std::string(text));
}
}  // namespace

std::optional<Corrections::Replacement> Corrections::Known::of(uint32_t identity, std::string_view attribute, std::string_view text) const {
  const auto [begin, end] = by_identity_.equal_range(identity);
  std::optional<std::string> hash;
  for (auto it = begin; it != end; ++it) {
    if (it->second.attribute != attribute) continue;
    if (!hash) hash = print(*vault_, workspace_, attribute, text);
    if (it->second.wrong_hash == *hash) return Replacement{it->second.request, it->second.right};
  }
  return std::nullopt;
}

Result<std::shared_ptr<const Corrections::Known>> Corrections::known(const WorkspaceId& workspace) {
  if (auto one = known_.with([&](auto& all) {
        const auto at = all.find(workspace);
        return at == all.end() ? nullptr : at->second;
      }))
    return one;
  auto made = std::make_shared<Known>();
  made->vault_ = &vault_;
  made->workspace_ = workspace;
  for (const auto& row : TRY(database_.read(workspace, [](db::Session& s) { return s.query(sql::correction_list); })))
    made->by_identity_.emplace(static_cast<uint32_t>(row.integer(1)), Known::One{row.text(0), row.text(2), row.text(3), TRY(vault_.unseal_text(workspace, row.text(4)))});
  std::shared_ptr<const Known> out = std::move(made);
  known_.with([&](auto& all) { all[workspace] = out; });
  return out;
}

Result<void> Corrections::add(const WorkspaceId& workspace, const std::string& request, std::span<const uint32_t> identities, std::string_view attribute, std::string_view wrong,
                              std::string_view right) {
  const std::string wrong_hash = print(vault_, workspace, attribute, wrong), right_hash = print(vault_, workspace, attribute, right);
  const std::string sealed = vault_.seal_text(workspace, right);
  TRY(database_.write(workspace, [&](db::Session& s) -> Result<void> {
    for (const uint32_t identity : identities) {
      // What is right now may have been called wrong before, and the same wrong value gets the newest answer.
      for (const auto& hash : {right_hash, wrong_hash})
        TRY(s.execute(sql::correction_replace, {{":request_id", request}, {":identity_no", identity}, {":attribute", attribute}, {":wrong_hash", hash}}));
      TRY(s.execute(sql::correction_insert, {{":request_id", request}, {":identity_no", identity}, {":attribute", attribute}, {":wrong_hash", wrong_hash},
                                             {":right_sealed", sealed}, {":now", clock_.now().count()}}));
    }
    return {};
  }));
  forget(workspace);
  return {};
}

void Corrections::repeated(const WorkspaceId& workspace, std::string_view source_id, const std::map<std::string, uint64_t, std::less<>>& by_request) {
  if (by_request.empty()) return;
  const auto done = database_.write(workspace, [&](db::Session& s) -> Result<void> {
    for (const auto& [request, count] : by_request)
      TRY(s.execute(sql::correction_repeated, {{":request_id", request}, {":count", count}, {":now", clock_.now().count()}, {":source", source_id}}));
    return {};
  });
  if (!done) log_warning("privacy", "a wrong value that came again is not counted: {}", done.error().code);
}

Result<std::map<std::string, Corrections::Repeats>> Corrections::repeats(const WorkspaceId& workspace) {
  std::map<std::string, Repeats> out;
  for (const auto& row : TRY(database_.read(workspace, [](db::Session& s) { return s.query(sql::correction_repeats); })))
    out[row.text(0)] = {static_cast<uint64_t>(row.integer(1)), row.optional_integer(2), row.optional_text(3)};
  return out;
}

Result<std::vector<CorrectedAttribute>> Corrections::of_customer(const WorkspaceId& workspace, std::span<const uint32_t> identities) {
  std::map<std::string, CorrectedAttribute> found;  // by request
  for (const uint32_t identity : identities)
    for (const auto& row : TRY(database_.read(workspace, [&](db::Session& s) { return s.query(sql::correction_of, {{":identity_no", identity}}); })))
      found[row.text(0)] = {.attribute = row.text(1), .corrected_at = iso_utc(Micros{row.integer(2)}), .repeats = static_cast<uint64_t>(row.integer(3))};
  std::vector<CorrectedAttribute> out;
  for (auto& [request, one] : found) out.push_back(std::move(one));
  std::ranges::sort(out, std::greater{}, &CorrectedAttribute::corrected_at);
  return out;
}

void Corrections::forget(const WorkspaceId& workspace) {
  known_.with([&](auto& all) { all.erase(workspace); });
}

Result<nlohmann::json> Corrections::find(const WorkspaceId& workspace, const Subject& subject) {
  nlohmann::json out = nlohmann::json::array();
  for (const auto& one : TRY(of_customer(workspace, subject.identities))) out.push_back({{"attribute", one.attribute}, {"corrected_at", one.corrected_at}});
  return out;
}

Result<uint64_t> Corrections::erase(const WorkspaceId& workspace, std::span<const Subject> subjects) {
  uint64_t gone = 0;
  TRY(database_.write(workspace, [&](db::Session& s) -> Result<void> {
    for (const auto& subject : subjects)
      for (const uint32_t identity : subject.identities) gone += static_cast<uint64_t>(TRY(s.execute(sql::correction_erase, {{":identity_no", identity}})));
    return {};
  }));
  forget(workspace);
  return gone;
}

}  // namespace lotse::privacy
