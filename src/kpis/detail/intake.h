#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "db/database.h"
#include "kpis/series.h"
#include "kpis/types.h"

/// The one way in of values, whether they come by request, by write key or by file.
namespace lotse::kpis::detail {

struct Who {
  std::string principal;                   ///< us_…, tok_…; src_… of a write key's source
  std::optional<std::string> only_source;  ///< KPIs of others are unknown to it
};

/// What a delivery names.
struct Names {
  struct OneKpi {
    std::string id, key;
  };
  std::map<std::string, OneKpi> kpis;               ///< by id, key, and both names in small letters
  std::map<std::string, std::string> touchpoints;  ///< by id and name, to the id
  int32_t today = 0;
  const OneKpi* kpi(std::string_view text) const;
};
Result<Names> names(db::Session& session, const Who& who, Micros now);

/// A row of a request or a file.
struct Incoming {
  int64_t number = 0;  ///< the index, or a file's row
  NewKpiValue row;
  char decimal = 0;    ///< '.' or ',' where the file says it; 0: by the text itself
};

/// Takes what can be taken. `store` false: only says what it would do. `shown`: the first `shown_max` rows as they were read.
Result<KpiTaken> take(db::Session& session, const Who& who, const std::vector<Incoming>& rows, Micros now, bool store, std::vector<KpiFileRow>* shown = nullptr,
                      size_t shown_max = 50);

/// Without outer blanks, in small letters (of ASCII).
std::string folded(std::string_view text);

/// A number as JSON has it, or as text in either notation.
std::optional<double> number_of(const nlohmann::json& value, char decimal);

}  // namespace lotse::kpis::detail
