#include "http/csv_answer.h"

#include <stdexcept>

namespace lotse::http {

Response csv_answer(std::string file_name, std::function<Result<void>(const std::function<bool(std::string_view)>&)> write) {
  Response response{.status = 200, .content_type = "text/csv; charset=utf-8"};
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"" + file_name + "\"");
  response.writer = [write = std::move(write)](BodyWriter& out) {
    const auto done = write([&out](std::string_view piece) { return out.write(piece); });
    if (!done) throw std::runtime_error(done.error().code + " " + done.error().detail);
  };
  return response;
}

}  // namespace lotse::http
