#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "analysis/analysis.h"
#include "analysis/detail/moment.h"
#include "analysis/detail/projections.h"
#include "analysis/detail/snapshot_file.h"
#include "engine/executor.h"
#include "model/viewer.h"

namespace lotse::analysis::detail {

/// What all workspaces share.
struct Shared {
  StoreSource stores;
  atlas::Touchpoints& touchpoints;
  Clock& clock;
  Options options;
  engine::ThreadExecutor queries;     ///< of requests
  engine::ThreadExecutor background;  ///< building and merging; one at a time, see `heavy`
  std::mutex heavy;                   ///< bounds the memory of building and merging
  std::atomic<uint64_t> serial = 0;   ///< of moments
};

/// One workspace's columns: a writer thread follows the store and publishes moments; requests hold theirs.
/// Long work (merge, classes anew, counting anew, the file) runs on a second thread, and what came in meanwhile is added to
/// its result before that is published.
class Live {
 public:
  Live(WorkspaceId workspace, Shared& shared);
  ~Live();  ///< stops both threads; writes the file where much has changed

  // --- news; quick, from any thread ---
  void appended(const events::Appended& news);
  void removed(const events::Removed& news);
  void relinked(const events::Relinked& news);
  void returned(const events::Returned& news);
  void mapping_changed();

  // --- requests; from any thread ---
  /// The columns and mapping that answer a request of this viewer: what lies beyond the scope is not in them.
  ///   errors  columns_loading, as_of_gone, those of opening the store; count_by_no_data (/filter/count_by)
  Result<Seen> see(const Viewer& viewer, std::optional<int64_t> as_of, std::optional<int64_t> mapping_version, CountBy kind = CountBy::person);
  /// The newest moment; null while the first load runs. Does not wait.
  std::shared_ptr<const Moment> newest() const;
  /// Set where the last attempt to load failed.
  std::optional<Error> failure() const;
  /// True while classes are being derived anew for a rule of `set`.
  bool mapping_running(const atlas::MappingSet& set) const;
  bool wait_until(uint64_t as_of, std::chrono::milliseconds wait) const;
  /// Merges the columns, so that no bytes of removed rows stay, and writes the file anew. Returns when that is done; false
  /// after `wait`.
  bool rewrite(std::chrono::milliseconds wait);

  void touch();
  Micros last_used() const { return Micros{last_used_us_}; }
  uint64_t bytes() const;

 private:
  /// What a moment is made from.
  struct Work {
    std::shared_ptr<events::EventStore> store;
    ClassTable table;
    std::shared_ptr<const std::vector<EventClass>> classes;  ///< as published last; none after the table was made anew
    std::vector<uint32_t> attributes;                        ///< attribute number of each column
    engine::Snapshot columns;
    uint64_t as_of = 0;
    /// [identity] as the columns have it; 0, or none: itself. It follows the news, not the store, whose links may be ahead of
    /// them: of rows that were placed by links of different moments some would be lost, or be there twice.
    std::vector<uint32_t> customer_of;
    Tallies tallies;
    bool tallies_exact = true;
    uint64_t rows_since_save = 0;
  };
  struct News {
    uint64_t appended_to = 0;
    std::vector<events::Removed> removed;
    std::vector<events::Relinked> relinked;
    std::vector<events::Returned> returned;
    bool mapping = false;
    uint64_t rewrite = 0;  ///< the newest order to rewrite
    bool any() const { return appended_to != 0 || !removed.empty() || !relinked.empty() || !returned.empty() || mapping || rewrite != 0; }
  };
  enum class Task { none, save, merge, classes, count };

  void write(std::stop_token stop);
  bool wait_for_news(std::stop_token stop);
  Result<void> load(std::stop_token stop);
  Result<std::optional<Work>> load_file(std::shared_ptr<events::EventStore> store, const std::vector<uint32_t>& properties,
                                        std::stop_token stop);
  Result<Work> build(std::shared_ptr<events::EventStore> store, std::vector<uint32_t> properties, uint64_t up_to,
                     std::stop_token stop);
  Result<void> step(const News& news, std::stop_token stop);
  Result<bool> remove_rows(Work& work, const std::vector<events::Removed>& removed, std::stop_token stop);
  Result<bool> relink(Work& work, const std::vector<events::Relinked>& relinked, std::stop_token stop);
  static std::vector<uint32_t> where_they_stand(const Work& work, const std::vector<uint32_t>& customers);
  Result<bool> read_again(Work& work, const std::vector<uint32_t>& customers, std::stop_token stop);
  Result<bool> settle_links(Work& work, std::stop_token stop);
  Result<void> add_rows(Work& work, uint64_t up_to, bool tally, std::stop_token stop);
  Result<bool> give_back(Work& work, const std::vector<events::Returned>& returned, std::stop_token stop);
  Result<engine::RowBatch> collect(Work& work, uint64_t up_to, bool tally, std::stop_token stop);
  Result<void> count_rows(Work& work, uint64_t after, uint64_t up_to, std::stop_token stop);
  void publish(bool same_events);
  Result<void> choose(Seen& seen, std::optional<int64_t> as_of);
  Result<void> choose_kind(Seen& seen, std::optional<int64_t> as_of, CountBy kind);
  Result<void> choose_task();
  void start(Task task, std::vector<uint32_t> properties = {});
  Result<Work> do_task(Task task, Work base, std::vector<uint32_t> properties, std::stop_token stop);
  Result<void> take_outcome(std::stop_token stop);
  Result<void> save(const Work& work) const;
  std::filesystem::path file() const;
  Result<std::shared_ptr<const Moment>> within(const Scope& scope, Seen& seen, bool newest);
  Result<std::pair<std::shared_ptr<const Moment>, std::shared_ptr<const Tallies>>> moment_for(const Scope& scope, std::shared_ptr<const Moment>& base,
                                                                                              const std::shared_ptr<const Moment>& persons,
                                                                                              std::shared_ptr<const Tallies> tallies, bool newest);
  Result<std::shared_ptr<const MappingView>> view_for(const Moment& moment, std::optional<int64_t> version, bool& is_running);

  const WorkspaceId workspace_;
  Shared& shared_;

  // Of the writer thread alone.
  Work work_;
  bool loaded_ = false;
  Task task_ = Task::none;
  std::vector<events::Removed> removed_during_task_;
  std::vector<events::Relinked> relinked_during_task_;
  bool spoilt_task_ = false;
  bool save_wanted_ = false;
  uint64_t rewrite_merge_ = 0, rewrite_save_ = 0, rewrite_task_ = 0;  ///< the order that the next merge, save, the running task fulfils
  bool forget_older_ = false;  ///< with the next published moment: kept ones show customers that nobody may see
  uint64_t floor_ = 0, epoch_ = 0;
  bool lost_rows_ = false;  ///< since the last published moment
  std::chrono::milliseconds pause_{0};  ///< before the next try, where the last one failed

  Projections projections_;

  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  // Guarded by mutex_:
  News news_;
  std::optional<Result<Work>> outcome_;
  std::shared_ptr<const Moment> newest_;
  std::deque<std::pair<Micros, std::shared_ptr<const Moment>>> kept_;  ///< newest last
  std::optional<Error> failure_;
  uint64_t rewrites_wanted_ = 0, rewrites_done_ = 0;
  std::shared_ptr<const Tallies> tallies_ = std::make_shared<const Tallies>();
  std::deque<std::shared_ptr<const atlas::MappingSet>> sets_;  ///< newest last
  struct KeptView {
    std::shared_ptr<const std::vector<EventClass>> classes;
    std::shared_ptr<const MappingView> view;
  };
  std::deque<KeptView> views_;  ///< newest last
  /// What viewers with a scope see of moments that are still known.
  struct KeptBounds {
    std::string scope;
    std::shared_ptr<const Moment> base;     ///< its kind tells entries of one scope apart
    std::shared_ptr<const Moment> persons;  ///< the one for persons that `base` was made from, or itself
    std::shared_ptr<const Moment> moment;
    std::shared_ptr<const Tallies> tallies;
    Micros made{0}, took{0};
  };
  std::deque<KeptBounds> bounds_;  ///< newest last
  std::shared_ptr<const events::Dictionary> staff_in_;
  std::vector<uint32_t> staff_;    ///< attributes of `staff_in_`

  std::mutex bounding_;  ///< one at a time: two requests of one viewer build once

  std::atomic<int64_t> last_used_us_ = 0;
  std::jthread task_thread_;
  std::jthread writer_;  ///< last: everything above is there when it starts
};

}  // namespace lotse::analysis::detail
