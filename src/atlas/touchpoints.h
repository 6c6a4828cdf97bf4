#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "access/audit.h"
#include "atlas/types.h"
#include "base/feed.h"
#include "base/guarded.h"
#include "base/result.h"
#include "base/time.h"
#include "db/database.h"
#include "model/viewer.h"

/// The company's own touchpoints, and the rules that say which events belong to them.
namespace lotse::atlas {

/// A touchpoint, a rule or their order changed; `version` grows by one with each change. Published after the commit.
struct MappingChanged {
  WorkspaceId workspace;
  int64_t version;
};

/// What events know, as far as touchpoints need it. Given by the module that mines events, see `attach`.
struct EventCatalogue {
  struct Type {
    std::string name;        ///< as the source writes it
    std::string touchpoint;  ///< the id that the type has as its own touchpoint
  };
  struct Property {
    std::string id;
    bool in_memory;  ///< only such a one can stand in a rule
  };
  std::vector<Type> types;
  std::vector<std::string> sources;  ///< ids
  std::vector<Property> properties;
};
class CatalogueSource {
 public:
  virtual ~CatalogueSource() = default;
  virtual Result<EventCatalogue> catalogue(const WorkspaceId& workspace) = 0;
  /// True while event classes are being derived anew because a rule named a new property.
  virtual bool mapping_running(const WorkspaceId& workspace) = 0;
};

/// All that decides how events map to touchpoints, at one version. Rules in the order in which they are tried; an event
/// that none matches belongs to its event type's own touchpoint, owned or not.
struct MappingSet {
  int64_t version = 0;
  struct Owned {
    std::string id, name;
    std::optional<std::string> channel;
  };
  std::vector<Owned> touchpoints;  ///< by id
  std::vector<Rule> rules;
  const Owned* find(std::string_view id) const;  ///< null where nobody owns it
};

/// Threads: all functions from any thread. Every change is noted in the audit log within its own transaction.
class Touchpoints {
 public:
  Touchpoints(db::Database& database, Clock& clock, access::Audit& audit)
      : database_(database), clock_(clock), audit_(audit) {}

  /// Says where event types come from. Until then only owned touchpoints are known; null detaches.
  void attach(CatalogueSource* source);

  /// Owned ones, then event types that nobody has assigned yet, each by name. Without numbers of events: these are
  /// added by analysis::Analysis::touchpoints. `event_types` are those that can come to it by the rules.
  Result<std::vector<Touchpoint>> list(const Viewer& viewer);
  /// errors  not_found
  Result<Touchpoint> get(const Viewer& viewer, std::string_view id);

  /// Changes an owned touchpoint or adopts an event type with the values given.
  /// `etag` as of the touchpoint that was read ("0": not owned yet); none overwrites.
  /// errors  forbidden, not_found, stale, invalid_name (/name), touchpoint_exists (/name), touchpoint_text_too_long (/channel …)
  Result<Touchpoint> patch(const Viewer& viewer, std::string_view id, const TouchpointPatch& patch,
                           const std::optional<std::string>& etag = std::nullopt);
  /// Makes an event type an owned touchpoint under the id that it has. Owned already: no change.
  /// errors  forbidden, not_found, touchpoint_exists (its name belongs to another)
  Result<Touchpoint> adopt(const Viewer& viewer, std::string_view id);
  /// Everything that maps to `touchpoints` maps to `into` from now on; those of them that were owned are gone.
  /// errors  forbidden, not_found (/touchpoints/N or /into), merge_needs_touchpoints (/touchpoints),
  ///         merge_into_itself (/touchpoints/N), touchpoint_exists
  Result<Touchpoint> merge(const Viewer& viewer, const MergeRequest& request);
  /// Removes an owned touchpoint with its rules: its event types are not assigned again.
  /// errors  forbidden, not_found, stale
  Result<void> remove(const Viewer& viewer, std::string_view id, const std::optional<std::string>& etag = std::nullopt);

  Result<Mapping> mapping(const Viewer& viewer);
  /// Adopts the touchpoint where it is an event type that nobody owns yet.
  /// errors  forbidden, empty_rule (no condition), not_found (/touchpoint), unknown_source (/sources/N),
  ///         unknown_attribute and attribute_not_in_memory (/properties/N/attribute), invalid_position (/position),
  ///         too_many_rules
  Result<Mapping> add_rule(const Viewer& viewer, const RuleRequest& request);
  /// errors  forbidden, not_found
  Result<Mapping> delete_rule(const Viewer& viewer, std::string_view id);

  /// The mapping as it would be after a change, which is checked like the change itself; nothing is kept.
  ///   errors  those of add_rule, merge and delete_rule; one_change (none, or more than one)
  Result<std::shared_ptr<const MappingSet>> what_if(const Viewer& viewer, const MappingChange& change);

  /// Event types (by the id of their own touchpoint) that people have put aside in the queue of those not assigned.
  Result<std::set<std::string>> put_aside(const Viewer& viewer);
  /// Puts one aside, or back into the queue. Its events stay as they are.
  ///   errors  forbidden, not_found
  Result<void> set_aside(const Viewer& viewer, std::string_view id, bool aside);

  /// For work that has no Viewer. Kept in memory: costs a look-up.
  Result<std::shared_ptr<const MappingSet>> current(const WorkspaceId& workspace);

  /// Removes everything of a workspace that is being deleted.
  Result<void> forget(const WorkspaceId& workspace);

  /// Subscribers must be quick and must not call back into Touchpoints.
  Feed<MappingChanged>& changes() { return changes_; }

 private:
  struct Loaded;
  Result<EventCatalogue> catalogue(const WorkspaceId& workspace);
  static Result<Loaded> load(db::Session& session);
  void keep(const WorkspaceId& workspace, std::shared_ptr<const MappingSet> set);
  template <class Work>
  Result<void> change(const Viewer& viewer, Work&& work);

  struct Kept {
    std::map<WorkspaceId, std::shared_ptr<const MappingSet>> sets;
    CatalogueSource* source = nullptr;
  };
  db::Database& database_;
  Clock& clock_;
  access::Audit& audit_;
  Guarded<Kept> kept_;
  Feed<MappingChanged> changes_;
};

}  // namespace lotse::atlas
