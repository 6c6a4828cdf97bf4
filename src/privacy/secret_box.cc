#include "privacy/secret_box.h"

#include <sodium.h>

namespace lotse::privacy {

Result<SecretBox> SecretBox::open(const std::filesystem::path& data_folder) { return SecretBox(TRY(Keys::open(data_folder / "keys", false))); }

std::string SecretBox::seal(const WorkspaceId& workspace, std::string_view purpose, std::string_view plain) const {
  const Keys::Key key = keys_.derive(std::string("secret ") + std::string(purpose), workspace.value);
  std::string sealed(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + plain.size(), '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(sealed.data());
  randombytes_buf(bytes, crypto_secretbox_NONCEBYTES);
  crypto_secretbox_easy(bytes + crypto_secretbox_NONCEBYTES, reinterpret_cast<const unsigned char*>(plain.data()), plain.size(), bytes, key.data());
  std::string text(sodium_base64_ENCODED_LEN(sealed.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes, sealed.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();
  return text;
}

Result<std::string> SecretBox::open(const WorkspaceId& workspace, std::string_view purpose, std::string_view sealed) const {
  const auto broken = [](const char* why) { return Error::make(ErrorKind::internal, "secret_broken", why); };
  std::string box(sealed.size(), '\0');
  size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(box.data()), box.size(), sealed.data(), sealed.size(), nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0 ||
      size < crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES)
    return broken("it is no sealed secret");
  const Keys::Key key = keys_.derive(std::string("secret ") + std::string(purpose), workspace.value);
  const auto* bytes = reinterpret_cast<const unsigned char*>(box.data());
  std::string plain(size - crypto_secretbox_NONCEBYTES - crypto_secretbox_MACBYTES, '\0');
  if (crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(plain.data()), bytes + crypto_secretbox_NONCEBYTES, size - crypto_secretbox_NONCEBYTES, bytes, key.data()) != 0)
    return broken("it cannot be opened with this installation's key");
  return plain;
}

}  // namespace lotse::privacy
