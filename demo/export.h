#pragma once
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "demo/generate.h"
#include "demo/world.h"

namespace lotse::demo {

/// One file, buffered, with its checksum.
class FileWriter {
 public:
  static Result<FileWriter> open(const std::filesystem::path& folder, std::string name);
  void text(std::string_view bytes);
  void end_row() { ++written_.rows; }
  Result<WrittenFile> close();

 private:
  struct Closer {
    void operator()(std::FILE* f) const { std::fclose(f); }
  };
  Result<> flush();
  std::unique_ptr<std::FILE, Closer> file_;
  std::string buffer_;
  WrittenFile written_;
  bool failed_ = false;
};

Result<WrittenFile> write_system(const World&, System, const std::filesystem::path& folder);
Result<WrittenFile> write_json(const std::filesystem::path& folder, const std::string& name, const std::string& json);
std::string file_name(System);
std::string_view wait_name(Wait);
std::string_view device_name(Device);
std::string_view campaign_name(uint8_t);
std::string_view product_name(uint8_t);
std::string_view occasion_name(Type);  ///< of an answer: Beziehung, Glasfaseranschluss, Technikerbesuch

Result<WrittenFile> write_kpis(const World&, const std::filesystem::path& folder);

std::string kpis_json();
std::string sources_json();
std::string touchpoints_json();
std::string personas_json();
std::string journeys_json();
std::string segments_json();
std::string targets_json();
std::string truth_json(const World&);

}  // namespace lotse::demo
