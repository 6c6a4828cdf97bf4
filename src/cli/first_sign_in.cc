#include "cli/first_sign_in.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>

namespace lotse::cli {
namespace {
Result<void> write_private(const std::filesystem::path& file, const std::string& text) {
  const int out = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written = out >= 0 && ::write(out, text.data(), text.size()) == ssize_t(text.size()) && ::fsync(out) == 0;
  if (out >= 0) ::close(out);
  if (!written) return Error::make(ErrorKind::unavailable, "data_folder_not_writable", file.string());
  return {};
}
}  // namespace

Result<std::optional<FirstSignIn>> first_sign_in(Composition& composition, const std::optional<std::string>& workspace_name) {
  const auto file = composition.folder.first_sign_in();
  if (const auto made = TRY(composition.owner.first_administrator())) {
    TRY(write_private(file, made->email + "\n" + made->password + "\n"));
    if (workspace_name && TRY(composition.workspaces.all()).empty()) {
      access::WorkspaceSettings wanted{.name = *workspace_name, .time_zone = "Europe/Berlin", .language = "de"};
      TRY(composition.owner.make_workspace(wanted, made->user));
    }
  }
  if (!TRY(composition.owner.has_first_password())) {
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
    return std::optional<FirstSignIn>{};
  }
  FirstSignIn found;
  std::ifstream in(file);
  if (!std::getline(in, found.email) || !std::getline(in, found.password)) return std::optional<FirstSignIn>{};
  return std::optional(found);
}

}  // namespace lotse::cli
