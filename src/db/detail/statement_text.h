#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace lotse::db::detail {

/// A statement with ":name" parameters rewritten to "$1", "$2", …; a name that stands twice keeps its number.
struct NumberedStatement {
  std::string sql;
  std::vector<std::string> names;  ///< with the colon, by number from 1 on
};

/// Quoted texts, quoted names, comments and "::" casts are left alone.
NumberedStatement number_parameters(std::string_view sql);

}  // namespace lotse::db::detail
