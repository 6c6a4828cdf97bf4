#include <fmt/format.h>

#include "cli/arguments.h"
#include "cli/commands.h"
#include "http/openapi.h"
#include "http/routes.h"

namespace lotse::cli {

int openapi_command(const std::vector<std::string>& words) {
  if (const auto arguments = Arguments::read(words, {}, {"help"}); !arguments) return fail("openapi", arguments.error());
  else if (arguments->flag("help")) {
    fmt::print("lotse openapi\n\nPrints the API's description (OpenAPI 3.1). api/openapi.json is the committed copy.\n");
    return 0;
  }
  fmt::print("{}\n", http::openapi_document(http::all_routes()).dump(1));
  return 0;
}

}  // namespace lotse::cli
