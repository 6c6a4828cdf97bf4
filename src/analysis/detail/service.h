#pragma once
#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "analysis/analysis.h"
#include "analysis/detail/answer_cache.h"
#include "analysis/detail/audience.h"
#include "analysis/detail/live.h"
#include "analysis/detail/plan.h"
#include "base/guarded.h"
#include "engine/graph.h"
#include "engine/instances.h"

namespace lotse::analysis::detail {

inline Error forbidden(const char* right) { return Error::make(ErrorKind::forbidden, "forbidden", std::string(right) + " is needed"); }

/// One request: what it sees, and the key under which its answer may be known already.
struct Question {
  Seen seen;
  LocalTime zone;
  Filter filter;
  std::optional<Filter> segment;
  std::vector<customers::ComputedAttribute> computed;  ///< filled where rules may name them
  std::string key;          ///< workspace, moment, mapping, filter: all but the operator
  bool small_groups = true; ///< the viewer may see single customers, hence small groups
  uint64_t smallest_group = 5;  ///< of a viewer who may not
};

/// Below this many customers a number is withheld from viewers who may not see single customers (DESIGN section 3).
inline uint64_t smallest_group_of(const Viewer& viewer) { return viewer.may(Right::see_customers) ? 1 : viewer.scope().smallest_group; }
inline void note_withheld(Basis& basis) {
  if (std::find(basis.notes.begin(), basis.notes.end(), "small_groups_withheld") == basis.notes.end()) basis.notes.push_back("small_groups_withheld");
}

/// What the operators share: the workspaces in memory, planning, names, the cache. One file per operator uses it.
/// Threads: any.
class Service final : public atlas::CatalogueSource {
 public:
  Service(Analysis::Parts parts, Options options);
  ~Service() override;

  /// The workspace's columns; opens them in the background where they are not there.
  std::shared_ptr<Live> live(const WorkspaceId& workspace);
  void close(const WorkspaceId& workspace);

  Result<Question> ask(const Viewer& viewer, const Filter& filter, std::optional<int64_t> as_of, std::optional<int64_t> mapping_version);
  /// `only`: what concerns other customers need not be found out.
  Result<Planned> plan(const Viewer& viewer, const Question& question, std::optional<uint32_t> only = std::nullopt);
  /// Customers, ascending, that the filter selects: of whom its rules hold, or who have an instance in the selection.
  Result<std::shared_ptr<const std::vector<uint32_t>>> members(const Question& question, const Planned& planned, std::stop_token stop);
  /// The numbers that stand on every answer.
  Result<engine::Totals> totals(const Question& question, const Planned& planned, std::stop_token stop);
  Result<Basis> basis(const Question& question, const Planned& planned, std::stop_token stop);

  Result<uint64_t> events_without_reference(const Seen& seen, std::stop_token stop);

  /// Events by class, customers by touchpoint, over the whole history; kept for a moment and mapping.
  Result<std::shared_ptr<const std::vector<uint64_t>>> class_counts(const Moment& moment);
  Result<std::shared_ptr<const engine::Graph>> whole_graph(const Seen& seen);

  /// The id of a variant, which later requests may name; the sequence is remembered.
  std::string variant_id(const WorkspaceId& workspace, const MappingView& mapping, const std::vector<engine::Touchpoint>& sequence);

  /// Rows as people see them, without sequence; `rows` in their order.
  Result<std::vector<InstanceRow>> instance_rows(const Viewer& viewer, const Planned& planned, const std::vector<engine::InstanceRow>& rows,
                                                 const std::optional<engine::Through>& through, size_t sequence_max);

  /// Notes in the audit log that somebody looked at a customer; once in ten minutes for the same person and customer.
  Result<void> note_view(const Viewer& viewer, const std::string& customer, const char* how);

  // --- atlas::CatalogueSource ---
  Result<atlas::EventCatalogue> catalogue(const WorkspaceId& workspace) override;
  bool mapping_running(const WorkspaceId& workspace) override;

  Analysis::Parts parts;
  Shared shared;
  AnswerCache cache;

 private:
  std::shared_ptr<Live> known(const WorkspaceId& workspace) const;
  Result<std::optional<std::vector<std::string>>> find_variant(const Viewer& viewer, const Question& question, const std::string& id);
  void look_after(std::stop_token stop);
  void close_some();

  struct Sequences {
    std::unordered_map<std::string, std::vector<std::string>> by_key;  ///< workspace and id → touchpoint ids
    std::deque<std::string> order;                                     ///< remembered last at the end
    size_t ids = 0;
  };
  Guarded<Sequences> sequences_;
  Guarded<std::map<std::string, Micros>> viewed_;  ///< workspace, principal, customer, how → when it was noted
  Guarded<std::map<WorkspaceId, std::shared_ptr<Live>>> lives_;
  Feed<events::Appended>::Handle appended_;
  Feed<events::Removed>::Handle removed_;
  Feed<events::Relinked>::Handle relinked_;
  Feed<events::Returned>::Handle returned_;
  Feed<atlas::MappingChanged>::Handle mapping_;
  std::jthread keeper_;  ///< closes what nobody uses
};

/// Names of the touchpoints used, by name.
std::vector<TouchpointName> names_of(const MappingView& mapping, std::vector<engine::Touchpoint> used);
TouchpointName name_of(const MappingView& mapping, engine::Touchpoint touchpoint);

}  // namespace lotse::analysis::detail
