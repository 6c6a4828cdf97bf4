#pragma once
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "access/audit.h"
#include "access/workspaces.h"
#include "analysis/customer_names.h"
#include "analysis/customer_types.h"
#include "analysis/funnel_types.h"
#include "analysis/mapping_types.h"
#include "analysis/types.h"
#include "atlas/touchpoints.h"
#include "base/result.h"
#include "base/time.h"
#include "customers/computed.h"
#include "customers/panel.h"
#include "customers/segments.h"
#include "events/event_store.h"
#include "model/viewer.h"

/// The mined world: journeys as they really ran. Keeps the events of each workspace in use as columns in memory, follows
/// the event store within a second, and answers with public ids.
namespace lotse::analysis {

namespace detail {
class Service;
}

/// The event store of a workspace; the pointer keeps it open. errors: those of opening it.
using StoreSource = std::function<Result<std::shared_ptr<events::EventStore>>(const WorkspaceId&)>;

/// Writes an export piece by piece; `write` returns false where nobody reads any more. Everything that can be wrong with
/// the request was found before this exists; an error here (the store broke) ends the export early.
using CsvExport = std::function<Result<void>(const std::function<bool(std::string_view)>& write)>;

struct Options {
  std::filesystem::path data;            ///< columns are kept in DATA/workspaces/ID/columns.snapshot
  size_t threads = 0;                    ///< that one query uses; 0: as many as the machine has
  uint64_t memory_bytes_max = 8ull << 30;  ///< over all workspaces; beyond it those unused longest are closed
  std::chrono::milliseconds close_after = std::chrono::minutes(30);  ///< without a request
  std::chrono::milliseconds load_wait_max = std::chrono::seconds(15);  ///< a request waits so long for the first load
  size_t answers_kept = 8;               ///< moments to which `as_of` can go back when an import was undone since
  std::chrono::milliseconds answers_kept_for = std::chrono::minutes(10);
  uint64_t cache_bytes_max = 64ull << 20;  ///< of answers, over all workspaces
};

/// Errors of all functions with a filter, besides those named: forbidden; columns_loading (unavailable: the events are
/// still being read, try again); count_by_no_data (/filter/count_by: no event names one of that kind); as_of_gone (conflict: reload); invalid_time, invalid_period, invalid_gap,
/// invalid_number, invalid_range, unknown_touchpoint, unknown_attribute, attribute_not_in_memory, unknown_variant,
/// no_touchpoints, no_values, slice_needs_gap, slice_needs_start_or_end, not_for_this_kind, not_found (a segment), each
/// with the JSON pointer of what is wrong; `more` lists all of them; cancelled; store_broken.
/// A viewer with a restriction is answered from the events within it alone, as if there were no others; attributes hidden from a
/// viewer (free texts, staff) are unknown_attribute.
/// Viewers without Right::see_customers get no node, edge or variant of fewer customers than their smallest group (5); the answer's notes
/// then hold small_groups_withheld.
/// Threads: all functions from any thread. Cost: about 1 ns per event and operator on two threads; equal questions are
/// answered from a cache.
class Analysis {
 public:
  /// Everything given must outlive this object.
  struct Parts {
    StoreSource stores;
    events::Feeds& feeds;
    access::Workspaces& workspaces;
    atlas::Touchpoints& touchpoints;
    customers::Segments& segments;
    customers::ComputedAttributes& computed;
    customers::Panel& panel;
    access::Audit& audit;
    CustomerNames& names;
    Clock& clock;
  };
  /// Registers with `touchpoints` as the source of event types, and with `feeds`.
  Analysis(Parts parts, Options options);
  ~Analysis();  ///< stops background work; writes columns that changed much

  Result<Graph> graph(const Viewer& viewer, const GraphRequest& request, std::stop_token stop = {});
  /// errors  invalid_limit (/limit), invalid_offset (/offset)
  Result<Variants> variants(const Viewer& viewer, const VariantsRequest& request, std::stop_token stop = {});
  /// errors  unknown_touchpoint (/from, /to)
  Result<Detail> detail(const Viewer& viewer, const DetailRequest& request, std::stop_token stop = {});
  /// Needs Right::see_customers.
  /// errors  unknown_touchpoint (/at, /edge_to), edge_needs_at (/edge_to), invalid_limit, invalid_cursor
  Result<Instances> instances(const Viewer& viewer, const InstancesRequest& request, std::stop_token stop = {});
  // --- funnels ---
  /// errors  those of the definition, each with its pointer below /funnel: invalid_steps, invalid_window, invalid_exclusion, exclusion_needs_order,
  ///         no_touchpoints, unknown_touchpoint; unknown_attribute, attribute_not_in_memory (/breakdown); of the second filter all that filters
  ///         have, below /compare
  Result<Funnel> funnel(const Viewer& viewer, const FunnelRequest& request, std::stop_token stop = {});
  /// A funnel to begin with: the most frequent way to a purchase.
  Result<FunnelProposal> funnel_proposal(const Viewer& viewer, const FunnelProposalRequest& request, std::stop_token stop = {});
  /// The instances behind one of its numbers. Needs Right::see_customers.
  /// errors  besides those of the definition: invalid_part (/part/…), unknown_touchpoint (/part/next), invalid_time, invalid_period, invalid_limit, invalid_cursor
  Result<FunnelRows> funnel_rows(const Viewer& viewer, const FunnelRowsRequest& request, std::stop_token stop = {});
  Result<CsvExport> funnel_csv(const Viewer& viewer, const FunnelRequest& request);
  /// All rows; `limit` and `cursor` are not read. Needs Right::see_customers and Right::analyse.
  Result<CsvExport> funnel_rows_csv(const Viewer& viewer, const FunnelRowsRequest& request);

  /// Needs Right::see_customers; `identifier` is filled for Right::see_identifiers. 200 events a page.
  /// errors  not_found, invalid_cursor
  Result<CustomerCourse> customer_course(const Viewer& viewer, std::string_view customer,
                                         const std::optional<std::string>& cursor);

  // --- single customers: need Right::see_customers; each look is noted in the audit log ---
  /// errors  invalid_query (/query; more than 500 bytes)
  Result<CustomerHits> find_customers(const Viewer& viewer, const CustomerSearch& search);
  /// errors  not_found
  Result<CustomerProfile> customer_profile(const Viewer& viewer, std::string_view customer);
  /// 100 events a page, newest first.
  /// errors  not_found, invalid_cursor, invalid_time (/before), unknown_touchpoint (/touchpoint)
  Result<Timeline> customer_timeline(const Viewer& viewer, std::string_view customer, const TimelineRequest& request);
  /// errors  not_found
  Result<CustomerPanel> customer_panel(const Viewer& viewer, std::string_view customer);
  /// The panel by a link. errors  link_not_valid, not_found
  Result<CustomerPanel> customer_panel_by_link(std::string_view secret);
  /// errors  not_found, those of Panel::link
  Result<customers::PanelLink> panel_link(const Viewer& viewer, const customers::PanelLinkRequest& request);
  /// Need Right::analyse, too. errors  not_found
  Result<CustomerExport> customer_export(const Viewer& viewer, std::string_view customer);
  Result<CsvExport> customer_csv(const Viewer& viewer, std::string_view customer);

  // --- many customers ---
  /// How many a filter selects.
  Result<Audience> audience(const Viewer& viewer, const AudienceRequest& request, std::stop_token stop = {});
  /// Who they are; with a purpose only those who agreed to it. Needs Right::see_customers. errors  invalid_limit, invalid_cursor, unknown_purpose
  Result<Customers> customer_list(const Viewer& viewer, const CustomersRequest& request, std::stop_token stop = {});
  /// Their numbers, ascending, for other work inside the server. Needs Right::see_customers.
  Result<std::vector<uint32_t>> members(const Viewer& viewer, const Filter& filter, std::stop_token stop = {});
  /// Which events every operator counts under this filter, by arrival number; none: it leaves no event out. Needs Right::see_customers.
  ///   cost  one pass over the instances that it selects; a bit an event
  Result<std::optional<std::vector<bool>>> selected_events(const Viewer& viewer, const Filter& filter, std::stop_token stop = {});
  /// All of them with all computed attributes. Needs Right::see_customers and Right::analyse.
  Result<CsvExport> customer_list_csv(const Viewer& viewer, const CustomersRequest& request);
  /// What a definition gives. Needs Right::see_customers.
  /// errors  unknown_touchpoint, unknown_attribute, invalid_number
  Result<ComputedSummary> computed_summary(const Viewer& viewer, const ComputedRequest& request, std::stop_token stop = {});

  /// Never waits: says `loading` while the first load runs.
  Result<Coverage> coverage(const Viewer& viewer);
  Result<Dimensions> dimensions(const Viewer& viewer);
  /// atlas::Touchpoints::list with the numbers of events, and with the event types that really map to each.
  /// By another kind than persons, events and customers are those of the kind.
  Result<std::vector<atlas::Touchpoint>> touchpoints(const Viewer& viewer, CountBy kind = CountBy::person);

  /// Every event type with what is known of it; for those that nobody has assigned also touchpoints with names like theirs.
  Result<EventTypes> event_types(const Viewer& viewer);
  /// The newest events of a type. Needs Right::see_customers.
  ///   errors  not_found
  Result<EventSamples> event_samples(const Viewer& viewer, std::string_view id);
  /// What a change of the mapping would do to the whole history. Needs Right::edit_touchpoints.
  ///   errors  those of atlas::Touchpoints::what_if
  ///   cost    one scan of the store
  Result<MappingPreview> preview(const Viewer& viewer, const atlas::MappingChange& change, std::stop_token stop = {});

  /// CSV in UTF-8 with a header, comma, CRLF; texts that a spreadsheet would run as a formula begin with an apostrophe.
  Result<CsvExport> graph_csv(const Viewer& viewer, const GraphRequest& request);
  /// All variants; `limit` and `offset` are not read.
  Result<CsvExport> variants_csv(const Viewer& viewer, const VariantsRequest& request);
  /// All rows; `limit` and `cursor` are not read. Needs Right::see_customers and Right::analyse.
  Result<CsvExport> instances_csv(const Viewer& viewer, const InstancesRequest& request);

  /// Waits until queries see arrival `as_of` (or more); false after `wait`. For tests, demo and import jobs.
  bool wait_until(const WorkspaceId& workspace, uint64_t as_of, std::chrono::milliseconds wait);
  /// Rewrites the columns and their file without what was removed. False where that is not done after `wait`: ask again.
  bool rewrite(const WorkspaceId& workspace, std::chrono::milliseconds wait);
  /// Reads a workspace's columns in the background, so that the first request finds them.
  void warm(const WorkspaceId& workspace);
  /// Closes a workspace and releases its memory and store (before it is deleted, or the store is replaced).
  void close(const WorkspaceId& workspace);

 private:
  std::unique_ptr<detail::Service> service_;
};

}  // namespace lotse::analysis
