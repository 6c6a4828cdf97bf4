// Any bytes: nothing is found twice, and what is left out was marked.
#include "text/redact.h"

#include <string>

#include "fuzz.h"

using namespace lotse;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string before(reinterpret_cast<const char*>(data), size);
  std::string text = before;
  const auto found = text::redact(text);
  if (found.total() == 0) fuzz::check(text == before, "nothing found, nothing changed");
  std::string again = text;
  fuzz::check(text::redact(again).total() == 0 && again == text, "a second pass finds nothing");
  return 0;
}
