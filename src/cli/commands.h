#pragma once
#include <string>
#include <vector>

/// The commands besides `mine`. Each gets its words without its own name and gives the exit code.
namespace lotse::cli {

int serve_command(const std::vector<std::string>& words);
int user_command(const std::vector<std::string>& words);
int workspace_command(const std::vector<std::string>& words);
int demo_command(const std::vector<std::string>& words);
int import_command(const std::vector<std::string>& words);
int export_command(const std::vector<std::string>& words);
int backup_command(const std::vector<std::string>& words);
int restore_command(const std::vector<std::string>& words);
int check_command(const std::vector<std::string>& words);
int openapi_command(const std::vector<std::string>& words);

}  // namespace lotse::cli
