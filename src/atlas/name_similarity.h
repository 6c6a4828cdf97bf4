#pragma once
#include <string>
#include <string_view>
#include <vector>

/// How alike two names are that different systems gave to the same thing: "order_confirmation_sent", "OrderConfirmation",
/// "Auftragsbestätigung", "auftrag bestaetigt". Pure. docs/method/data-quality.md says how it is measured.
namespace lotse::atlas {

/// The words of a name: parted at everything that is neither letter nor digit, between a small and a capital letter and
/// between letters and digits; in small letters; umlauts and ß written out, other accents dropped; without words that say nothing
/// ("der", "of", "via") unless there are no others. Names are UTF-8; letters of other scripts are kept as they are.
std::vector<std::string> words_of(std::string_view name);

/// 0 (nothing in common) to 1 (the same words in any order). Words need not be equal: "versendet" and "Versand" are close.
double similarity(const std::vector<std::string>& a, const std::vector<std::string>& b);

struct Candidate {
  std::string id;
  std::vector<std::string> names;  ///< its own and those of its event types
};
struct NameMatch {
  size_t candidate = 0;
  double score = 0;
  std::string by;  ///< the name that is alike
};
inline constexpr double match_score_min = 0.6, group_score_min = 0.75;
inline constexpr size_t grouped_names_max = 500;

/// The best `limit` candidates of at least match_score_min, best first.
std::vector<NameMatch> matches(std::string_view name, const std::vector<Candidate>& candidates, size_t limit);

/// For each name the number of its group (of two or more that are alike, also by way of others), or -1. Names beyond
/// grouped_names_max are not looked at: give the most important first.   cost  quadratic in the number of names looked at
std::vector<int> groups(const std::vector<std::string>& names);

}  // namespace lotse::atlas
