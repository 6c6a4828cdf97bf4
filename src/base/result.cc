#include "base/result.h"

#include <cstdio>
#include <cstdlib>

namespace lotse {

void bug(const char* what, const char* file, int line) {
  std::string text = std::string(file) + ":" + std::to_string(line) + ": " + what;
#ifdef LOTSE_CHECKED
  std::fprintf(stderr, "BUG %s\n", text.c_str());
  std::abort();
#endif
  throw Bug(text);
}

}  // namespace lotse
