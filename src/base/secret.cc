#include "base/secret.h"

#include <sodium.h>

#include "base/result.h"

namespace lotse {

std::string hash_of_secret(std::string_view secret) {
  static const int ready = sodium_init();
  ensure(ready >= 0, "libsodium starts");
  unsigned char hash[32];
  crypto_generichash(hash, sizeof hash, reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), nullptr, 0);
  std::string text(2 * sizeof hash + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), hash, sizeof hash);
  text.pop_back();
  return text;
}

}  // namespace lotse
