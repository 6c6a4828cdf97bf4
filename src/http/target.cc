#include <charconv>

#include "http/target.h"

namespace lotse::http {
namespace {
bool decode(std::string_view text, bool plus_is_blank, std::string& out) {
  out.clear();
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      unsigned value = 0;
      const char* begin = text.data() + i + 1;
      if (i + 2 >= text.size() || std::from_chars(begin, begin + 2, value, 16).ptr != begin + 2) return false;
      c = static_cast<char>(value);
      i += 2;
    } else if (c == '+' && plus_is_blank) {
      c = ' ';
    }
    if (c == '\0') return false;
    out += c;
  }
  return true;
}
}  // namespace

bool read_target(std::string_view target, Request& request) {
  if (target.empty() || target.front() != '/') return false;
  target = target.substr(0, target.find('#'));
  const auto mark = target.find('?');
  if (!decode(target.substr(0, mark), false, request.path)) return false;
  for (std::string_view rest = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1); !rest.empty();) {
    const auto end = rest.find('&');
    const std::string_view one = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    const auto equals = one.find('=');
    std::string name, value;
    if (!decode(one.substr(0, equals), true, name)) return false;
    if (equals != std::string_view::npos && !decode(one.substr(equals + 1), true, value)) return false;
    if (!name.empty()) request.query[name] = value;
  }
  return true;
}

std::string client_address(const Request& request, const std::string& peer) {
  const auto forwarded = request.header("x-forwarded-for");
  if (forwarded.empty() || (peer != "127.0.0.1" && peer != "::1")) return peer;
  auto last = forwarded.substr(forwarded.rfind(',') + 1);
  while (!last.empty() && last.front() == ' ') last.remove_prefix(1);
  return last.empty() || last.size() > 64 ? peer : std::string(last);
}

}  // namespace lotse::http
