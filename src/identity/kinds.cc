#include "identity/kinds.h"

namespace lotse::identity {
namespace {

// Texts of sources never hold this byte.
constexpr char mark = '\0';

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

bool shares_names(Kind kind) { return kind == Kind::customer || kind == Kind::user_id || kind == Kind::anonymous_id; }

}  // namespace

std::string compared(std::string_view value) {
  std::string out(trimmed(value));
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  return out;
}

std::string normalised(Kind kind, std::string_view value) {
  if (kind == Kind::email) return value.contains('@') ? compared(value) : std::string();
  if (kind != Kind::phone) return std::string(trimmed(value));
  std::string digits;
  for (const char c : value)
    if (c >= '0' && c <= '9') digits += c;
  if (digits.starts_with("00")) digits.erase(0, 2);
  return digits.size() < 5 ? std::string() : digits;
}

std::string vault_text(Kind kind, std::string_view value) {
  if (shares_names(kind)) return std::string(value);
  std::string out(1, mark);
  out += word(kind);
  out += mark;
  out += value;
  return out;
}

Shown shown(std::string_view vault_text) {
  const auto end = vault_text.starts_with(mark) ? vault_text.find(mark, 1) : std::string_view::npos;
  if (end == std::string_view::npos) return {std::nullopt, vault_text};
  return {from_word<Kind>(vault_text.substr(1, end - 1)), vault_text.substr(end + 1)};
}

}  // namespace lotse::identity
