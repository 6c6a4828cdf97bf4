#pragma once
#include <array>
#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "analysis/detail/moment.h"
#include "engine/executor.h"

namespace lotse::analysis::detail {

/// The same log with accounts, contracts or orders in the place of customers (docs/decisions/0751): columns of their own for
/// each kind, made when somebody asks and kept as long as somebody does, so that no operator knows of kinds. Threads: any;
/// one builds at a time, and the writer of the workspace never waits for it.
class Projections {
 public:
  /// What `base`, the newest moment, is by `kind`. Rows that came since the last time are added; all are read again where rows went
  /// or came back, or where whose events belong to an account changed in what was there before.
  ///   errors  count_by_no_data (/filter/count_by), cancelled, store_broken
  ///   cost    as appending; the first time about that of opening the workspace without its file
  Result<std::shared_ptr<const Moment>> of(const std::shared_ptr<const Moment>& base, CountBy kind, std::atomic<uint64_t>& serial, std::mutex& heavy,
                                           engine::Executor& executor);
  /// What an earlier answer of that kind was given from, also where it cannot be made again; null where it is not kept.
  std::shared_ptr<const Moment> known(CountBy kind, uint64_t as_of);

  /// Rows of customers are gone for good: nothing that is kept may show them.
  void forget();
  /// Who is one customer has changed.
  void relinked(const events::Relinked& news);
  /// Lets go of what nobody has asked for since `before`.
  void expire(Micros before);
  void touch(Micros now) { touched_us_ = now.count(); }
  uint64_t bytes() const { return bytes_; }

  /// The kinds that a store has events of.
  static std::vector<CountBy> kinds_of(const events::EventStore& store);

 private:
  /// Since when a customer's events belong to an account.
  struct Binding {
    int64_t time_us = 0;
    uint64_t arrival = 0;
    uint32_t account = 0;
    auto operator<=>(const Binding&) const = default;
  };
  using Bindings = std::unordered_map<uint32_t, std::vector<Binding>>;  ///< customer → in order
  struct Latest {
    std::shared_ptr<const Moment> moment;
    Bindings bindings;
    std::deque<std::shared_ptr<const Moment>> kept;  ///< earlier answers, newest last
  };
  Result<void> read_bindings(const Moment& base, uint64_t after, Bindings& to) const;
  Result<engine::RowBatch> rows(const Moment& base, CountBy kind, uint64_t after, const Bindings& bindings, std::vector<uint32_t>& attributes) const;
  Result<bool> changes_earlier(const Moment& base, uint64_t before, const Bindings& fresh) const;
  void count_bytes();

  std::mutex mutex_;  ///< held while columns are built
  std::array<Latest, 4> latest_;  ///< [CountBy]
  std::atomic<uint64_t> bytes_ = 0;
  std::atomic<int64_t> touched_us_ = 0;

  std::mutex news_mutex_;  ///< held for moments: the writer's news until somebody asks
  bool follows_links_ = false;
  bool forget_ = false;
  std::unordered_set<uint32_t> moved_;
};

}  // namespace lotse::analysis::detail
