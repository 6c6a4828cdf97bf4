#include "db/detail/migrations.h"

#include <algorithm>

#include "db/migrations.h"

namespace lotse::db::detail {

const std::vector<Migration>& known_migrations() {
  static const std::vector<Migration> known = [] {
    std::vector<Migration> list;
    for (const auto& m : embedded_migrations) list.push_back({m.number, m.name, m.sql});
    std::sort(list.begin(), list.end(), [](const auto& a, const auto& b) { return a.number < b.number; });
    return list;
  }();
  return known;
}

std::string checksum_of(const Migration& migration) {
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a: finds accidents, which is all that is asked here
  for (const unsigned char c : migration.sql) hash = (hash ^ c) * 0x100000001b3;
  std::string text(16, '0');
  for (size_t i = 16; i-- > 0; hash >>= 4) text[i] = "0123456789abcdef"[hash & 15];
  return text;
}

Result<std::vector<Migration>> missing_migrations(const std::vector<Migration>& known, const std::vector<Applied>& applied) {
  for (const auto& a : applied) {
    const auto at = std::find_if(known.begin(), known.end(), [&](const auto& k) { return k.number == a.number; });
    if (at == known.end())
      return Error::make(ErrorKind::unavailable, "database_newer",
                         "migration " + std::to_string(a.number) + " was applied by a newer program");
    if (checksum_of(*at) != a.checksum)
      return Error::make(ErrorKind::unavailable, "database_differs",
                         "migration " + std::to_string(a.number) + " was edited after it had been applied");
  }
  std::vector<Migration> missing;
  for (const auto& k : known)
    if (std::none_of(applied.begin(), applied.end(), [&](const auto& a) { return a.number == k.number; })) missing.push_back(k);
  return missing;
}

}  // namespace lotse::db::detail
