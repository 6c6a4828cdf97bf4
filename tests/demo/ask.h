#pragma once
#include <nlohmann/json.hpp>

#include "analysis/analysis.h"
#include "demo/names.h"

/// Asks the system the questions of truth.json.
namespace lotse::demo_test {

class Asker {
 public:
  Asker(analysis::Analysis& analysis, const Viewer& viewer, demo::Ids ids) : analysis_(analysis), viewer_(viewer), ids_(std::move(ids)) {}

  /// The value of a `shown_by`; see `how_to_read` in truth.json.
  Result<double> value(const nlohmann::json& shown_by);

 private:
  Result<double> sum(const nlohmann::json& parts);
  Result<double> expression(const nlohmann::json& e);
  Result<double> one(const std::string& what, const nlohmann::json& filter);
  Result<double> from_graph(const std::string& what, const Filter& filter);
  Result<double> from_variants(const std::string& what, const Filter& filter);

  analysis::Analysis& analysis_;
  const Viewer& viewer_;
  demo::Ids ids_;
};

}  // namespace lotse::demo_test
