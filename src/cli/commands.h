#pragma once
#include <string>
#include <vector>

/// The commands besides `mine`. Each gets its words without its own name and gives the exit code.
namespace lotse::cli {

int serve_command(const std::vector<std::string>& words);
int user_command(const std::vector<std::string>& words);
int workspace_command(const std::vector<std::string>& words);
int openapi_command(const std::vector<std::string>& words);

}  // namespace lotse::cli
