#pragma once
#include "analysis/analysis.h"
#include "events/stores.h"
#include "model/holder.h"

namespace lotse::cli {

/// The events of a workspace, as a holder of personal data.
class EventsHolder : public Holder {
 public:
  EventsHolder(events::Stores& stores, analysis::Analysis& analysis) : stores_(stores), analysis_(analysis) {}
  std::string_view name() const override { return "events"; }
  std::vector<std::string> places() const override;
  Result<nlohmann::json> find(const WorkspaceId& workspace, const Subject& subject) override;
  /// Returns when queries do not see them any more.  errors  columns_loading (the columns do not follow: tried again)
  Result<uint64_t> erase(const WorkspaceId& workspace, std::span<const Subject> subjects) override;
  Result<void> purge(const WorkspaceId& workspace, std::span<const Subject> subjects, std::stop_token stop) override;

 private:
  events::Stores& stores_;
  analysis::Analysis& analysis_;
};

/// The columns in memory and their file; they follow the events.
class ColumnsHolder : public Holder {
 public:
  explicit ColumnsHolder(analysis::Analysis& analysis) : analysis_(analysis) {}
  std::string_view name() const override { return "columns"; }
  std::vector<std::string> places() const override { return {"columns.snapshot", "columns.snapshot.new"}; }
  Result<nlohmann::json> find(const WorkspaceId&, const Subject&) override { return nlohmann::json(); }  // nothing that the events do not say
  Result<uint64_t> erase(const WorkspaceId&, std::span<const Subject>) override { return uint64_t{0}; }
  Result<void> purge(const WorkspaceId& workspace, std::span<const Subject> subjects, std::stop_token stop) override;

 private:
  analysis::Analysis& analysis_;
};

}  // namespace lotse::cli
