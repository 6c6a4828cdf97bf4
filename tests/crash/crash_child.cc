// Writes until it is killed: crash_child DATA FIRST_LIVE FIRST_IMPORT SEED
// Tells on standard output what was acknowledged: "a FROM TO" (live events FROM..TO), "i K" (import), "u K" (import undone).
#include <unistd.h>

#include <cstdlib>
#include <random>
#include <semaphore>
#include <thread>

#include "crash_world.h"
#include "events/stores.h"
#include "hub/hub.h"

using namespace lotse;

namespace {
void tell(const std::string& line) {
  if (::write(1, line.data(), line.size()) < 0) std::_Exit(3);
}
[[noreturn]] void fail(const Error& error) {
  tell("! " + error.code + " " + error.detail + "\n");
  std::_Exit(2);
}
}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  const std::filesystem::path data = argv[1];
  uint64_t live = std::strtoull(argv[2], nullptr, 10), import = std::strtoull(argv[3], nullptr, 10);
  std::mt19937_64 random(std::strtoull(argv[4], nullptr, 10));

  auto lock = events::DataLock::acquire(data);
  if (!lock) fail(lock.error());
  events::StoreOptions options;
  options.flush_every = Micros{50'000};  // often, so that kills hit it
  events::Stores stores(data, options, Clock::system());
  auto vault = privacy::Vault::open(data);
  if (!vault) fail(vault.error());
  auto store = stores.open(crash::workspace);
  if (!store) fail(store.error());
  hub::Hub hub(stores, **vault);
  tell("o\n");

  std::thread importer([&, seed = random()] {
    std::mt19937_64 chance(seed);
    for (;; ++import) {
      if (!(*store)->has_import(crash::import_id(import))) {
        auto done = connect::run_import(*store, **vault, crash::import_order(data, import), Clock::system(), [](double, std::string_view) {});
        if (!done) fail(done.error());
      }
      tell(fmt::format("i {}\n", import));
      if (chance() % 4 == 0) {
        auto undone = (*store)->undo(crash::import_id(import));
        if (!undone) fail(undone.error());
        tell(fmt::format("u {}\n", import));
      }
    }
  });

  std::counting_semaphore<64> room(8);
  for (;;) {
    room.acquire();
    const uint64_t from = live, to = live + random() % 40;
    live = to + 1;
    std::vector<hub::IncomingEvent> batch;
    for (uint64_t n = from; n <= to; ++n) {
      hub::IncomingEvent e;
      e.customer = crash::live_customer(n);
      e.type = fmt::format("live type {}", n % 17);
      e.time = Micros{crash::live_time_us(n)};
      e.message = fmt::format("m{}", n);
      e.instance_key = fmt::format("k{}", n / 7);
      e.attributes = {{fmt::format("attribute {}", n / 3000), fmt::format("value {}", n)}};
      batch.push_back(std::move(e));
    }
    hub.accept(crash::workspace, "src_live", "Live", std::move(batch), [&, from, to](Result<hub::Accepted> accepted) {
      if (!accepted) fail(accepted.error());
      if (accepted->accepted + accepted->known != to - from + 1) fail(Error::make(ErrorKind::internal, "events_missing"));
      tell(fmt::format("a {} {}\n", from, to));
      room.release();
    });
  }
}
