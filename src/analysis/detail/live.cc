#include "analysis/detail/live.h"

#include <algorithm>

#include "analysis/detail/chunks.h"
#include "base/log.h"
#include "base/priority.h"

namespace lotse::analysis::detail {
namespace {

using namespace std::chrono_literals;

constexpr auto gather_news = 30ms;        // appends come every few milliseconds: one moment for several of them
constexpr std::chrono::milliseconds pause_min = 2s, pause_max = 60s;  // before a next try, where the store could not be read
constexpr auto newer_wait_max = 2s;       // for an as_of that another part has just been given
constexpr Micros now_kept{600'000'000};   // how long "now" stands still while nothing comes in
constexpr size_t views_kept = 8;

bool includes(const std::vector<uint32_t>& all, const std::vector<uint32_t>& some) {
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

/// Codes of a file must be codes of this store.
bool fits(const SavedColumns& saved, const events::Dictionary& dictionary) {
  const bool classes = std::all_of(saved.classes.begin(), saved.classes.end(), [&](const EventClass& c) {
    return c.type <= dictionary.types.size() && c.source <= dictionary.sources.size();
  });
  return classes && std::all_of(saved.attributes.begin(), saved.attributes.end(), [&](uint32_t number) {
    return number == source_attribute || std::any_of(dictionary.attributes.begin(), dictionary.attributes.end(),
                                                     [&](const auto& a) { return a.number == number; });
  });
}

Error loading() { return Error::make(ErrorKind::unavailable, "columns_loading", "the columns are still being read"); }
Error gone(std::string detail) { return Error::make(ErrorKind::conflict, "as_of_gone", std::move(detail)); }

}  // namespace

Live::Live(WorkspaceId workspace, Shared& shared) : workspace_(std::move(workspace)), shared_(shared) {
  touch();
  writer_ = std::jthread([this](std::stop_token stop) { write(stop); });
}

Live::~Live() {
  writer_.request_stop();
  writer_.join();
  if (task_thread_.joinable()) {
    task_thread_.request_stop();
    task_thread_.join();
  }
  if (!loaded_) return;
  const uint64_t rows = engine::info(work_.columns).events;
  if (work_.rows_since_save <= std::max<uint64_t>(10'000, rows / 50)) return;
  if (const auto done = save(work_); !done) log_warning("analysis", "columns were not written: {}", done.error().code);
}

std::filesystem::path Live::file() const {
  return shared_.options.data / "workspaces" / workspace_.value / "columns.snapshot";
}

// --- news ---

void Live::appended(const events::Appended& news) {
  {
    std::lock_guard lock(mutex_);
    news_.appended_to = std::max(news_.appended_to, news.last);
  }
  changed_.notify_all();
}

void Live::removed(const events::Removed& news) {
  {
    std::lock_guard lock(mutex_);
    news_.removed.push_back(news);
  }
  changed_.notify_all();
}

void Live::relinked(const events::Relinked& news) {
  {
    std::lock_guard lock(mutex_);
    news_.relinked.push_back(news);
  }
  changed_.notify_all();
}

void Live::returned(const events::Returned& news) {
  {
    std::lock_guard lock(mutex_);
    news_.returned.push_back(news);
  }
  changed_.notify_all();
}

bool Live::rewrite(std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  const uint64_t mine = ++rewrites_wanted_;
  news_.rewrite = mine;
  changed_.notify_all();
  return changed_.wait_for(lock, wait, [&] { return rewrites_done_ >= mine; });
}

void Live::mapping_changed() {
  {
    std::lock_guard lock(mutex_);
    news_.mapping = true;
  }
  changed_.notify_all();
}

void Live::touch() { last_used_us_ = shared_.clock.now().count(); }

uint64_t Live::bytes() const {
  std::lock_guard lock(mutex_);
  uint64_t out = (newest_ ? engine::info(newest_->columns).bytes : 0) + projections_.bytes();
  for (const auto& one : bounds_)
    if (one.moment->partial) out += engine::info(one.moment->columns).bytes;
  return out;
}

// --- the writer ---

void Live::write(std::stop_token stop) {
  while (!stop.stop_requested()) {
    Result<void> done;
    try {
      if (!loaded_) {
        done = load(stop);
      } else if (wait_for_news(stop)) {
        News news;
        bool has_outcome = false;
        {
          std::lock_guard lock(mutex_);
          std::swap(news, news_);
          has_outcome = outcome_.has_value();
        }
        if (news.any()) done = step(news, stop);
        if (!done) {  // nothing of it is lost: it is tried again
          std::lock_guard lock(mutex_);
          news_.appended_to = std::max(news_.appended_to, news.appended_to);
          news_.removed.insert(news_.removed.begin(), news.removed.begin(), news.removed.end());
          news_.relinked.insert(news_.relinked.begin(), news.relinked.begin(), news.relinked.end());
          news_.returned.insert(news_.returned.begin(), news.returned.begin(), news.returned.end());
          news_.rewrite = std::max(news_.rewrite, news.rewrite);
          news_.mapping = news_.mapping || news.mapping;
        } else if (loaded_) {
          if (has_outcome) done = take_outcome(stop);
          if (done) done = choose_task();
        }
      }
    } catch (const std::exception& e) {
      done = Error::make(ErrorKind::internal, "internal", e.what());
      loaded_ = false;  // what the writer holds may be half changed; published moments are whole
    }
    if (done || stop.stop_requested()) {
      pause_ = {};
      continue;
    }
    log_error("analysis", "workspace {}: {} {}", workspace_.value, done.error().code, done.error().detail);
    std::unique_lock lock(mutex_);
    failure_ = done.error();
    news_.mapping = true;  // looks again for what is to be done
    changed_.notify_all();
    pause_ = std::clamp(pause_ * 2, pause_min, pause_max);
    changed_.wait_for(lock, stop, pause_, [] { return false; });
  }
}

bool Live::wait_for_news(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait(lock, stop, [this] { return news_.any() || outcome_; })) return false;
  changed_.wait_for(lock, stop, gather_news, [] { return false; });
  return !stop.stop_requested();
}

Result<void> Live::load(std::stop_token stop) {
  if (task_thread_.joinable()) {
    task_thread_.request_stop();
    task_thread_.join();
  }
  task_ = Task::none;
  {
    std::lock_guard lock(mutex_);
    outcome_.reset();
  }
  auto store = TRY(shared_.stores(workspace_));
  const auto set = TRY(shared_.touchpoints.current(workspace_));
  const auto properties = properties_of(*set, *store->dictionary());
  const Micros began = shared_.clock.now();
  auto from_file = TRY(load_file(store, properties, stop));
  const bool built = !from_file;
  if (built) {
    std::lock_guard one_at_a_time(shared_.heavy);
    from_file = TRY(build(store, properties, store->as_of(), stop));
  }
  work_ = std::move(*from_file);
  loaded_ = true;
  ++epoch_;
  save_wanted_ = built && engine::info(work_.columns).events > 0;
  floor_ = work_.as_of;
  {
    std::lock_guard lock(mutex_);
    failure_.reset();
    sets_ = {set};
    news_.mapping = true;  // the rules may have changed since they were read
  }
  publish(false);
  log_info("analysis", "workspace {}: {} events {} in {:.1f} s", workspace_.value, engine::info(work_.columns).events,
           built ? "read from the store" : "mapped from the file", seconds(shared_.clock.now() - began));
  return {};
}

/// None where the columns have to be built from the store.
Result<std::optional<Live::Work>> Live::load_file(std::shared_ptr<events::EventStore> store, const std::vector<uint32_t>& properties,
                                                  std::stop_token stop) {
  auto from_file = load_columns(file(), shared_.queries);
  if (!from_file || from_file->as_of > store->as_of() || from_file->as_of < store->amended_at() || !includes(from_file->properties, properties) ||
      !fits(*from_file, *store->dictionary()))
    return std::optional<Work>{};
  Work work{.store = store, .table = ClassTable(from_file->properties)};
  for (const auto& one : from_file->classes) work.table.restore(one);
  work.attributes = std::move(from_file->attributes);
  work.columns = std::move(from_file->columns);
  work.as_of = from_file->as_of;
  work.tallies = std::move(from_file->tallies);
  work.customer_of = std::move(from_file->customer_of);
  if (!TRY(settle_links(work, stop))) return std::optional<Work>{};
  // The file knows nothing of imports that were undone while nobody watched: then the store holds fewer events.
  constexpr int tries = 50;
  for (int i = 0; i < tries; ++i) {
    const uint64_t up_to = store->as_of();
    TRY(add_rows(work, up_to, true, stop));
    const uint64_t events = TRY(store->scanned_count());
    if (store->as_of() != up_to) continue;  // something came in between
    if (engine::info(work.columns).events != events) break;
    return std::optional<Work>(std::move(work));
  }
  return std::optional<Work>{};
}

Result<void> Live::step(const News& news, std::stop_token stop) {
  uint64_t up_to = std::max(work_.as_of, news.appended_to);
  const uint64_t before = engine::info(work_.columns).events;
  for (const auto& r : news.removed) {
    up_to = std::max(up_to, r.as_of);
    forget_older_ = forget_older_ || !r.customers.empty();
  }
  for (const auto& r : news.relinked) up_to = std::max(up_to, r.as_of);
  for (const auto& r : news.returned) {
    up_to = std::max(up_to, r.as_of);
    forget_older_ = forget_older_ || r.changed;
    lost_rows_ = lost_rows_ || r.changed;
  }
  rewrite_merge_ = std::max(rewrite_merge_, news.rewrite);
  const uint64_t old_as_of = work_.as_of;
  if (!TRY(remove_rows(work_, news.removed, stop)) || !TRY(relink(work_, news.relinked, stop)) || !TRY(give_back(work_, news.returned, stop))) {
    loaded_ = false;  // so much has changed that reading everything is quicker
    remove_columns(file());
    return {};
  }
  for (const auto& r : news.relinked) projections_.relinked(r);
  lost_rows_ = lost_rows_ || engine::info(work_.columns).events != before;
  if (lost_rows_ || !news.removed.empty() || !news.returned.empty()) ++epoch_;
  TRY(add_rows(work_, up_to, true, stop));
  if (task_ != Task::none) {
    removed_during_task_.insert(removed_during_task_.end(), news.removed.begin(), news.removed.end());
    relinked_during_task_.insert(relinked_during_task_.end(), news.relinked.begin(), news.relinked.end());
    if (!news.returned.empty()) spoilt_task_ = true;
  }
  if (lost_rows_) floor_ = work_.as_of;
  if (lost_rows_ || !news.relinked.empty() || work_.as_of != old_as_of) publish(false);
  lost_rows_ = false;
  return {};
}

/// `same_events`: only their form has changed, so that older moments need not be kept beside it.
void Live::publish(bool same_events) {
  if (!work_.classes || work_.classes->size() != work_.table.classes().size())
    work_.classes = std::make_shared<const std::vector<EventClass>>(work_.table.classes());
  auto moment = std::make_shared<Moment>(Moment{
      .columns = work_.columns,
      .as_of = work_.as_of,
      .floor = floor_,
      .epoch = epoch_,
      .now = shared_.clock.now(),
      .classes = work_.classes,
      .properties = std::make_shared<const std::vector<uint32_t>>(work_.table.properties()),
      .attributes = std::make_shared<const std::vector<uint32_t>>(work_.attributes),
      .dictionary = work_.store->dictionary(),
      .store = work_.store,
  });
  auto tallies = std::make_shared<const Tallies>(work_.tallies);
  std::lock_guard lock(mutex_);
  moment->serial = ++shared_.serial;
  const Micros now = shared_.clock.now();
  if (newest_) {
    if (same_events) moment->now = newest_->now;
    kept_.emplace_back(now, newest_);
  }
  newest_ = std::move(moment);
  tallies_ = std::move(tallies);
  if (std::exchange(forget_older_, false)) {
    kept_.clear();
    projections_.forget();
    bounds_.clear();
  }
  // A moment that the newest columns can stand in for would only hold their former bytes.
  if (same_events) std::erase_if(kept_, [&](const auto& k) { return k.second->as_of >= newest_->floor; });
  const Micros oldest = now - std::chrono::duration_cast<Micros>(shared_.options.answers_kept_for);
  projections_.expire(oldest);
  while (!kept_.empty() && (kept_.size() > shared_.options.answers_kept || kept_.front().first < oldest)) kept_.pop_front();
  std::erase_if(bounds_, [&](const auto& b) { return b.made < oldest; });
  changed_.notify_all();
}

// --- long work ---

Result<void> Live::choose_task() {
  if (task_ != Task::none) return {};
  const auto set = TRY(shared_.touchpoints.current(workspace_));
  auto properties = properties_of(*set, *work_.store->dictionary());
  if (!includes(work_.table.properties(), properties)) start(Task::classes, std::move(properties));
  else if (rewrite_merge_ != 0 || engine::merge_is_due(work_.columns)) start(Task::merge);
  else if (!work_.tallies_exact) start(Task::count);
  else if (save_wanted_) start(Task::save);
  return {};
}

void Live::start(Task task, std::vector<uint32_t> properties) {
  task_ = task;
  removed_during_task_.clear();
  relinked_during_task_.clear();
  spoilt_task_ = false;
  rewrite_task_ = task == Task::merge ? std::exchange(rewrite_merge_, 0) : task == Task::save ? std::exchange(rewrite_save_, 0) : 0;
  if (task == Task::save) {
    save_wanted_ = false;
    work_.rows_since_save = 0;
  }
  if (task_thread_.joinable()) task_thread_.join();
  task_thread_ = std::jthread([this, task, base = work_, properties = std::move(properties)](std::stop_token stop) mutable {
    work_behind_requests();
    Result<Work> done = [&]() -> Result<Work> {
      try {
        return do_task(task, std::move(base), std::move(properties), stop);
      } catch (const std::exception& e) {
        return Error::make(ErrorKind::internal, "internal", e.what());
      }
    }();
    {
      std::lock_guard lock(mutex_);
      outcome_.emplace(std::move(done));
    }
    changed_.notify_all();
  });
}

/// On the task's own thread; `base` is the writer's state when the task began.
Result<Live::Work> Live::do_task(Task task, Work base, std::vector<uint32_t> properties, std::stop_token stop) {
  std::lock_guard one_at_a_time(shared_.heavy);
  switch (task) {
    case Task::none: break;
    case Task::save: TRY(save(base)); break;
    case Task::merge: base.columns = TRY(engine::merge(base.columns, shared_.background, stop)); break;
    case Task::classes: return build(base.store, std::move(properties), base.as_of, stop);
    case Task::count:
      base.tallies = {};
      TRY(count_rows(base, 0, base.as_of, stop));
      break;
  }
  return base;
}

/// Adds rows with after < arrival <= up_to to the tallies alone.
Result<void> Live::count_rows(Work& work, uint64_t after, uint64_t up_to, std::stop_token stop) {
  return work.store->scan(after, up_to, wanted_of(*work.store, work.table),
                          [&](EventColumns&& chunk) -> Result<void> {
                            work.tallies.add(chunk, work.table.derive(chunk));
                            return {};
                          },
                          stop);
}

/// Brings what a task made up to what came in meanwhile, and puts it in the place of what there was.
Result<void> Live::take_outcome(std::stop_token stop) {
  task_thread_.join();
  std::optional<Result<Work>> outcome;
  {
    std::lock_guard lock(mutex_);
    std::swap(outcome, outcome_);
  }
  const Task task = std::exchange(task_, Task::none);
  const bool merged_in_vain = task == Task::merge && (!*outcome || spoilt_task_);
  if (merged_in_vain) rewrite_merge_ = std::max(rewrite_merge_, rewrite_task_);
  if (!*outcome) {
    if (task == Task::save) return {};  // said in the log; the columns can be built from the store
    return outcome->error();
  }
  Work next = std::move(**outcome);
  if (spoilt_task_ && task != Task::save) return {};  // it lacks rows that came back meanwhile: choose_task begins anew
  switch (task) {
    case Task::none: return {};
    case Task::save: {
      std::lock_guard lock(mutex_);
      rewrites_done_ = std::max(rewrites_done_, rewrite_task_);
      changed_.notify_all();
      return {};
    }
    case Task::count:
      if (!removed_during_task_.empty()) return {};  // counted too much again: choose_task begins anew
      next.table = work_.table;
      TRY(count_rows(next, next.as_of, work_.as_of, stop));
      work_.tallies = std::move(next.tallies);
      work_.tallies_exact = true;
      break;
    case Task::merge:
      next.table = work_.table;  // it knows at least the classes that the merge began with
      next.attributes = work_.attributes;
      next.classes = work_.classes;
      if (!TRY(remove_rows(next, removed_during_task_, stop))) return {};  // choose_task begins anew
      if (!TRY(relink(next, relinked_during_task_, stop))) return {};
      TRY(add_rows(next, work_.as_of, false, stop));
      next.customer_of = std::move(work_.customer_of);
      next.tallies = std::move(work_.tallies);
      next.tallies_exact = work_.tallies_exact;
      work_ = std::move(next);
      save_wanted_ = true;
      rewrite_save_ = std::max(rewrite_save_, rewrite_task_);
      break;
    case Task::classes:
      if (!TRY(remove_rows(next, removed_during_task_, stop))) return {};  // choose_task begins anew
      if (!TRY(relink(next, relinked_during_task_, stop))) return {};
      TRY(add_rows(next, work_.as_of, true, stop));
      next.as_of = work_.as_of;
      work_ = std::move(next);
      ++epoch_;
      save_wanted_ = true;
      break;
  }
  publish(true);
  return {};
}

Result<void> Live::save(const Work& work) const {
  SavedColumns out{.as_of = work.as_of,
                   .properties = work.table.properties(),
                   .classes = work.table.classes(),
                   .attributes = work.attributes,
                   .tallies = work.tallies,
                   .customer_of = work.customer_of,
                   .columns = work.columns};
  const auto done = save_columns(file(), out);
  if (!done) log_warning("analysis", "columns were not written: {} {}", done.error().code, done.error().detail);
  return done;
}

// --- requests ---

std::shared_ptr<const Moment> Live::newest() const {
  std::lock_guard lock(mutex_);
  return newest_;
}

std::optional<Error> Live::failure() const {
  std::lock_guard lock(mutex_);
  return failure_;
}

bool Live::wait_until(uint64_t as_of, std::chrono::milliseconds wait) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, wait, [&] { return newest_ && newest_->as_of >= as_of; });
}

bool Live::mapping_running(const atlas::MappingSet& set) const {
  const auto moment = newest();
  return moment && !includes(*moment->properties, properties_of(set, *moment->dictionary));
}

/// The moment that answers for persons, whoever asks.
Result<void> Live::choose(Seen& seen, std::optional<int64_t> as_of) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, shared_.options.load_wait_max, [this] { return newest_ || failure_; });
  if (!newest_) return failure_ ? *failure_ : loading();
  seen.tallies = tallies_;
  if (!as_of) {
    if (shared_.clock.now() - newest_->now > now_kept) {
      auto fresh = std::make_shared<Moment>(*newest_);
      fresh->now = shared_.clock.now();
      fresh->serial = ++shared_.serial;
      newest_ = std::move(fresh);
    }
    seen.moment = newest_;
    return {};
  }
  if (*as_of < 0) return gone("as_of is below 0");
  const uint64_t wanted = static_cast<uint64_t>(*as_of);
  if (wanted > newest_->as_of && !changed_.wait_for(lock, newer_wait_max, [&] { return newest_->as_of >= wanted; }))
    return gone("as_of lies beyond what is stored");
  auto answers = [&](const Moment& m) { return m.as_of == wanted || (m.floor <= wanted && wanted < m.as_of); };
  if (newest_->as_of == wanted) seen.moment = newest_;
  for (auto at = kept_.rbegin(); !seen.moment && at != kept_.rend(); ++at)
    if (at->second->as_of == wanted) seen.moment = at->second;
  if (!seen.moment && answers(*newest_)) seen.moment = newest_;
  for (auto at = kept_.rbegin(); !seen.moment && at != kept_.rend(); ++at)
    if (answers(*at->second)) seen.moment = at->second;
  if (!seen.moment) return gone("an import was undone since, and the older state is not kept any more");
  return {};
}

/// The moment of that kind in the place of the one for persons.
Result<void> Live::choose_kind(Seen& seen, std::optional<int64_t> as_of, CountBy kind) {
  projections_.touch(shared_.clock.now());
  seen.persons = newest();
  const auto wanted = as_of ? static_cast<uint64_t>(*as_of) : seen.persons->as_of;
  seen.moment = wanted == seen.persons->as_of ? nullptr : projections_.known(kind, wanted);
  if (seen.moment) return {};
  if (wanted < seen.persons->floor) return gone("an import was undone since, and the older state is not kept any more");
  seen.moment = TRY(projections_.of(seen.persons, kind, shared_.serial, shared_.heavy, shared_.queries));
  return {};
}

Result<Seen> Live::see(const Viewer& viewer, std::optional<int64_t> as_of, std::optional<int64_t> mapping_version, CountBy kind) {
  touch();
  projections_.expire(shared_.clock.now() - std::chrono::duration_cast<Micros>(shared_.options.answers_kept_for));
  // One person may have many orders: groups of those would tell of single persons.
  if (kind != CountBy::person && viewer.scope().no_single_customers) return Error::make(ErrorKind::forbidden, "beyond_restriction", "groups are counted by persons");
  Seen seen;
  TRY(choose(seen, as_of));
  if (kind != CountBy::person) TRY(choose_kind(seen, as_of, kind));
  const auto base = TRY(within(viewer.scope(), seen, !as_of));
  seen.as_of = as_of ? static_cast<uint64_t>(*as_of) : seen.moment->as_of;
  if (seen.as_of < seen.moment->as_of) seen.last_arrival = seen.as_of;
  // The rules may name attributes that are hidden from the viewer: they are read in the whole dictionary.
  seen.mapping = TRY(view_for(*base, mapping_version, seen.mapping_running));
  return seen;
}

Result<std::shared_ptr<const MappingView>> Live::view_for(const Moment& moment, std::optional<int64_t> version, bool& is_running) {
  const auto newest_set = TRY(shared_.touchpoints.current(workspace_));
  std::lock_guard lock(mutex_);
  auto possible = [&](const atlas::MappingSet& set) { return includes(*moment.properties, properties_of(set, *moment.dictionary)); };
  if (sets_.empty() || sets_.back()->version < newest_set->version) {
    if (possible(*newest_set)) sets_.push_back(newest_set);
    if (sets_.size() > views_kept) sets_.pop_front();
  }
  is_running = !possible(*newest_set);
  std::shared_ptr<const atlas::MappingSet> set;
  for (auto at = sets_.rbegin(); !set && at != sets_.rend(); ++at)
    if (version ? (*at)->version == *version : possible(**at)) set = *at;
  if (!set || !possible(*set)) return gone("the mapping of that answer is not kept any more");
  for (auto at = views_.rbegin(); at != views_.rend(); ++at)
    if (at->view->version == set->version && at->classes == moment.classes) return at->view;
  auto view = make_view(*set, *moment.dictionary, *moment.classes, *moment.properties, *tallies_);
  views_.push_back({moment.classes, view});
  if (views_.size() > views_kept) views_.pop_front();
  return view;
}

}  // namespace lotse::analysis::detail
