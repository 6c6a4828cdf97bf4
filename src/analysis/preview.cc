#include <algorithm>
#include <map>
#include <set>

#include "analysis/analysis.h"
#include "analysis/detail/service.h"

namespace lotse::analysis {
namespace {

using namespace detail;

/// A set of dense numbers.
class NumberSet {
 public:
  void insert(uint32_t number) {
    const size_t word = number / 64;
    if (word >= bits_.size()) bits_.resize(word + 1024, 0);
    const uint64_t bit = uint64_t{1} << (number % 64);
    size_ += !(bits_[word] & bit);
    bits_[word] |= bit;
  }
  uint64_t size() const { return size_; }

 private:
  std::vector<uint64_t> bits_;
  uint64_t size_ = 0;
};

struct Move {
  uint64_t events = 0;
  NumberSet customers;
  std::set<uint32_t> types;
};
}  // namespace

Result<MappingPreview> Analysis::preview(const Viewer& viewer, const atlas::MappingChange& change, std::stop_token stop) {
  if (viewer.scope().restricted()) return Error::make(ErrorKind::forbidden, "beyond_restriction", "it counts all events");
  const auto after = TRY(service_->parts.touchpoints.what_if(viewer, change));
  const auto before = TRY(service_->parts.touchpoints.current(viewer.workspace()));
  const auto seen = TRY(service_->live(viewer.workspace())->see(viewer, std::nullopt, std::nullopt));
  const auto& moment = *seen.moment;
  const auto& dictionary = *moment.dictionary;

  auto properties = properties_of(*before, dictionary);
  for (const uint32_t p : properties_of(*after, dictionary)) properties.push_back(p);
  std::ranges::sort(properties);
  properties.erase(std::unique(properties.begin(), properties.end()), properties.end());

  MappingPreview out{.as_of = static_cast<int64_t>(seen.as_of), .mapping_version = before->version};
  out.needs_job = !std::ranges::includes(*moment.properties, properties);
  ClassTable table(properties);
  std::shared_ptr<const MappingView> old_view, new_view;
  std::map<std::pair<std::string, std::string>, Move> moves;  // by touchpoint ids
  std::vector<Move*> move_of;                                 // by class; none where nothing changes
  Move all;
  // Without a property the scan would bring all attributes; one costs little.
  const std::vector<uint32_t> wanted = properties.empty() ? std::vector{BuiltinAttribute::channel} : properties;
  TRY(moment.store->scan(0, seen.as_of, wanted, [&](EventColumns&& rows) -> Result<void> {
    const auto classes = table.derive(rows);
    if (move_of.size() < table.classes().size()) {
      old_view = make_view(*before, dictionary, table.classes(), properties, Tallies{});
      new_view = make_view(*after, dictionary, table.classes(), properties, Tallies{});
      for (size_t c = move_of.size(); c < table.classes().size(); ++c) {
        const auto from = old_view->engine.touchpoint_of[c], to = new_view->engine.touchpoint_of[c];
        const bool same = from == engine::no_touchpoint || to == engine::no_touchpoint || old_view->touchpoints[from].id == new_view->touchpoints[to].id;
        Move* move = same ? nullptr : &moves[{old_view->touchpoints[from].id, new_view->touchpoints[to].id}];
        if (move) move->types.insert(table.classes()[c].type);
        move_of.push_back(move);
      }
    }
    out.events_total += rows.size();
    for (size_t i = 0; i < rows.size(); ++i)
      if (Move* move = move_of[classes[i]]) {
        ++move->events;
        move->customers.insert(rows.customer[i]);
        all.customers.insert(rows.customer[i]);
      }
    return {};
  }, stop));

  const auto shown = [&](uint64_t customers) { return customers >= smallest_group_of(viewer) ? std::optional(customers) : std::nullopt; };
  std::set<uint32_t> types;
  for (auto& [ids, move] : moves) {
    MappingMove one{.from = name_of(*old_view, *old_view->find(ids.first)), .to = name_of(*new_view, *new_view->find(ids.second)), .events = move.events, .customers = shown(move.customers.size())};
    for (const uint32_t type : move.types) one.event_types.push_back(dictionary.types.at(type - 1).name);
    types.insert(move.types.begin(), move.types.end());
    out.events += move.events;
    out.moves.push_back(std::move(one));
  }
  out.event_types = types.size();
  out.customers = shown(all.customers.size());
  std::ranges::stable_sort(out.moves, std::greater{}, &MappingMove::events);
  return out;
}

}  // namespace lotse::analysis
