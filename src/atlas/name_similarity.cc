#include "atlas/name_similarity.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <set>

namespace lotse::atlas {
namespace {

/// Jaro-Winkler (Winkler 1990, prefix weight 0.1): its value from which two words count as forms of one.
constexpr double same_word_min = 0.86;
/// A word that is part of a compound ("rechnung" of "rechnungsversand"), if it has at least five letters.
constexpr double part_of_compound = 0.86;
constexpr size_t part_letters_min = 5;
/// Joined without gaps, "sign_up" is "signup".
constexpr double joined_min = 0.95;

const std::set<std::string, std::less<>>& idle_words() {
  static const std::set<std::string, std::less<>> words{"der", "die", "das", "den", "dem", "des", "ein", "eine", "und", "im", "in", "am", "an", "auf", "von", "vom", "zu",  "zum", "zur", "per", "mit", "fuer",
                                                        "bei", "the", "a",   "an",  "of",  "by",  "to",   "for", "from", "and", "on", "at", "via", "is", "event", "ereignis"};
  return words;
}

/// Letters beyond ASCII that a German or English system writes, in small letters.
std::string_view plain(std::string_view character) {
  static const std::map<std::string_view, std::string_view> known{
      {"ä", "ae"}, {"ö", "oe"}, {"ü", "ue"}, {"Ä", "ae"}, {"Ö", "oe"}, {"Ü", "ue"}, {"ß", "ss"}, {"ẞ", "ss"}, {"é", "e"}, {"è", "e"}, {"ê", "e"},
      {"É", "e"},  {"á", "a"},  {"à", "a"},  {"â", "a"},  {"ó", "o"},  {"ò", "o"},  {"ô", "o"},  {"ç", "c"},  {"ñ", "n"}, {"í", "i"}, {"ú", "u"}};
  const auto at = known.find(character);
  return at == known.end() ? character : at->second;
}
bool is_capital(std::string_view character) {
  return character.size() == 1 ? character[0] >= 'A' && character[0] <= 'Z' : character == "Ä" || character == "Ö" || character == "Ü" || character == "É";
}

double jaro_winkler(std::string_view a, std::string_view b) {
  if (a == b) return 1;
  const size_t longer = std::max(a.size(), b.size());
  const size_t reach = longer < 4 ? 0 : longer / 2 - 1;
  std::vector<bool> used(b.size());
  std::string of_a, of_b;
  for (size_t i = 0; i < a.size(); ++i)
    for (size_t j = i > reach ? i - reach : 0; j < std::min(b.size(), i + reach + 1); ++j)
      if (!used[j] && a[i] == b[j]) {
        used[j] = true;
        of_a += a[i];
        break;
      }
  for (size_t j = 0; j < b.size(); ++j)
    if (used[j]) of_b += b[j];
  if (of_a.empty()) return 0;
  size_t moved = 0;
  for (size_t i = 0; i < of_a.size(); ++i) moved += of_a[i] != of_b[i];
  const auto m = static_cast<double>(of_a.size());
  const double jaro = (m / static_cast<double>(a.size()) + m / static_cast<double>(b.size()) + (m - static_cast<double>(moved) / 2) / m) / 3;
  size_t prefix = 0;
  while (prefix < 4 && prefix < std::min(a.size(), b.size()) && a[prefix] == b[prefix]) ++prefix;
  return jaro + 0.1 * static_cast<double>(prefix) * (1 - jaro);
}

double word_similarity(const std::string& a, const std::string& b) {
  const auto& shorter = a.size() < b.size() ? a : b;
  const auto& longer = a.size() < b.size() ? b : a;
  // Numbers are names, not spellings: "step 2" is not "step 3".
  if (std::isdigit(static_cast<unsigned char>(a[0])) || std::isdigit(static_cast<unsigned char>(b[0]))) return a == b ? 1 : 0;
  double out = jaro_winkler(a, b);
  if (shorter.size() >= part_letters_min && longer.find(shorter) != std::string::npos) out = std::max(out, part_of_compound);
  return out >= same_word_min ? out : 0;
}

/// Numbers weigh as much as a short word: they tell things apart.
double weight(const std::string& word) { return static_cast<double>(std::isdigit(static_cast<unsigned char>(word[0])) ? std::max<size_t>(word.size(), 4) : word.size()); }

std::string joined(const std::vector<std::string>& words) { return std::accumulate(words.begin(), words.end(), std::string()); }
}  // namespace

std::vector<std::string> words_of(std::string_view name) {
  enum class Kind { none, small, capital, digit };
  std::vector<std::string> out;
  std::string word;
  Kind before = Kind::none;
  const auto end_word = [&] {
    if (!word.empty()) out.push_back(std::exchange(word, {}));
    before = Kind::none;
  };
  for (size_t i = 0; i < name.size();) {
    size_t size = 1;
    while (i + size < name.size() && (name[i + size] & 0xC0) == 0x80) ++size;
    const std::string_view character = name.substr(i, size);
    i += size;
    const char c = character[0];
    const bool digit = c >= '0' && c <= '9';
    if (size == 1 && !digit && !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))) {
      end_word();
      continue;
    }
    const Kind kind = digit ? Kind::digit : is_capital(character) ? Kind::capital : Kind::small;
    if (before != Kind::none && ((kind == Kind::digit) != (before == Kind::digit) || (kind == Kind::capital && before == Kind::small))) end_word();
    // "PDFExport": the last capital begins the next word.
    if (kind == Kind::small && before == Kind::capital && word.size() > 1) {
      const char last = word.back();
      word.pop_back();
      end_word();
      word = last;
    }
    if (size == 1) word += kind == Kind::capital ? static_cast<char>(c + 32) : c;
    else word += plain(character);
    before = kind;
  }
  end_word();
  auto telling = out;
  std::erase_if(telling, [](const std::string& w) { return idle_words().contains(w); });
  return telling.empty() ? out : telling;
}

double similarity(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  if (a.empty() || b.empty()) return 0;
  struct Pair {
    double fit;
    size_t i, j;
  };
  std::vector<Pair> pairs;
  for (size_t i = 0; i < a.size(); ++i)
    for (size_t j = 0; j < b.size(); ++j)
      if (const double fit = word_similarity(a[i], b[j]); fit > 0) pairs.push_back({fit, i, j});
  std::ranges::sort(pairs, [](const Pair& x, const Pair& y) { return std::tie(y.fit, x.i, x.j) < std::tie(x.fit, y.i, y.j); });
  std::vector<bool> used_a(a.size()), used_b(b.size());
  double common = 0, all = 0;
  for (const auto& w : a) all += weight(w);
  for (const auto& w : b) all += weight(w);
  for (const auto& [fit, i, j] : pairs) {
    if (used_a[i] || used_b[j]) continue;
    used_a[i] = used_b[j] = true;
    common += fit * (weight(a[i]) + weight(b[j]));
  }
  const double together = jaro_winkler(joined(a), joined(b));
  return std::max(common / all, together >= joined_min ? together : 0);
}

std::vector<NameMatch> matches(std::string_view name, const std::vector<Candidate>& candidates, size_t limit) {
  const auto words = words_of(name);
  std::vector<NameMatch> out;
  for (size_t c = 0; c < candidates.size(); ++c) {
    NameMatch best{.candidate = c};
    for (const auto& other : candidates[c].names)
      if (const double score = similarity(words, words_of(other)); score > best.score) {
        best.score = score;
        best.by = other;
      }
    if (best.score >= match_score_min) out.push_back(std::move(best));
  }
  std::ranges::stable_sort(out, std::greater{}, &NameMatch::score);
  if (out.size() > limit) out.resize(limit);
  return out;
}

std::vector<int> groups(const std::vector<std::string>& names) {
  const size_t n = std::min(names.size(), grouped_names_max);
  std::vector<std::vector<std::string>> words;
  for (size_t i = 0; i < n; ++i) words.push_back(words_of(names[i]));
  std::vector<size_t> root(n);
  std::iota(root.begin(), root.end(), size_t{0});
  const auto find = [&](size_t i) {
    while (root[i] != i) i = root[i] = root[root[i]];
    return i;
  };
  for (size_t i = 0; i < n; ++i)
    for (size_t j = 0; j < i; ++j)
      if (find(i) != find(j) && similarity(words[i], words[j]) >= group_score_min) root[find(i)] = find(j);
  std::map<size_t, std::vector<size_t>> members;
  for (size_t i = 0; i < n; ++i) members[find(i)].push_back(i);
  std::vector<int> out(names.size(), -1);
  int next = 0;
  for (size_t i = 0; i < n; ++i)
    if (const auto& group = members[find(i)]; group.size() > 1 && group.front() == i) {
      for (const size_t m : group) out[m] = next;
      ++next;
    }
  return out;
}

}  // namespace lotse::atlas
