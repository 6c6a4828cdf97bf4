#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <fstream>
#include <future>

#include "crash_world.h"
#include "events/stores.h"
#include "hub/hub.h"

namespace lotse::crash {
namespace {

/// A small file system of its own, where the machine allows it.
struct SmallDisk {
  std::filesystem::path path;
  bool mounted = false;
  explicit SmallDisk(const char* size) {
    std::string name = (std::filesystem::temp_directory_path() / "lotse_disk_XXXXXX").string();
    path = mkdtemp(name.data());
    mounted = mount("tmpfs", path.c_str(), "tmpfs", 0, size) == 0;
  }
  ~SmallDisk() {
    if (mounted) umount2(path.c_str(), MNT_DETACH);
    std::filesystem::remove_all(path);
  }
};

struct World {
  events::Stores stores;
  std::unique_ptr<privacy::Vault> vault;
  std::shared_ptr<events::DuckStore> store;
  hub::Hub hub;
  uint64_t live = 0;

  explicit World(const std::filesystem::path& data)
      : stores(data, {.flush_every = Micros{100'000}}, Clock::system()), vault(privacy::Vault::open(data).value()),
        store(stores.open(workspace).value()), hub(stores, *vault) {}

  Result<hub::Accepted> append(size_t count) {
    std::vector<hub::IncomingEvent> batch;
    for (size_t i = 0; i < count; ++i, ++live) {
      hub::IncomingEvent e;
      e.customer = live_customer(live % 100);
      e.type = "live";
      e.time = Micros{live_time_us(live)};
      e.message = std::to_string(live);
      e.attributes = {{"text", fmt::format("{:0200}", live)}};
      batch.push_back(std::move(e));
    }
    std::promise<Result<hub::Accepted>> answer;
    hub.accept(workspace, "src_live", "Live", std::move(batch), [&](Result<hub::Accepted> a) { answer.set_value(std::move(a)); });
    auto accepted = answer.get_future().get();
    if (!accepted) live -= count;
    return accepted;
  }
  uint64_t rows() {
    uint64_t n = 0;
    EXPECT_TRUE(store->scan(0, store->as_of(), {}, [&](EventColumns&& c) -> Result<void> {
      n += c.size();
      return {};
    }));
    return n;
  }
};

void fill(const std::filesystem::path& file) {
  std::ofstream out(file, std::ios::binary);
  const std::string block(1 << 16, 'x');
  while (out.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
  }
  out.close();
  std::ofstream rest(file.string() + "2", std::ios::binary);
  while (rest.put('x').flush()) {
  }
}

TEST(FullDisk, AnImportFailsClearlyAndTheStoreGoesOn) {
  SmallDisk disk("size=40m");
  if (!disk.mounted) GTEST_SKIP() << "this test needs the right to mount a small tmpfs (run it as root)";
  const auto files = std::filesystem::temp_directory_path() / fmt::format("lotse_full_{}", getpid());
  std::filesystem::create_directories(files);
  uint64_t before = 0;
  {
    World world(disk.path);
    ASSERT_TRUE(connect::run_import(world.store, *world.vault, import_order(files, 1), Clock::system(), [](double, std::string_view) {}));
    ASSERT_TRUE(world.append(50));
    before = world.rows();
    ASSERT_EQ(before, import_rows + 50u);
    // In the middle of an import the disk is full.
    auto order = import_order(files, 2);
    {
      std::ofstream big(order.file, std::ios::app);
      for (int i = 0; i < 3'000'000; ++i) big << "x" << i << ",t," << import_time_us(2, import_rows) + i << ",o" << i << "\n";
    }
    const auto failed = connect::run_import(world.store, *world.vault, order, Clock::system(), [](double, std::string_view) {});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, "disk_full") << failed.error().detail;
    EXPECT_EQ(world.rows(), before);
    // What it took is given back: the same store goes on.
    auto again = connect::run_import(world.store, *world.vault, import_order(files, 3), Clock::system(), [](double, std::string_view) {});
    ASSERT_TRUE(again) << again.error().code << " " << again.error().detail;
    ASSERT_TRUE(world.append(10));
    EXPECT_EQ(world.rows(), before + import_rows + 10);
  }
  World world(disk.path);
  EXPECT_EQ(world.rows(), before + import_rows + 10);
  std::filesystem::remove_all(files);
}

TEST(FullDisk, LiveEventsAreRefusedAndNoneIsLost) {
  SmallDisk disk("size=24m");
  if (!disk.mounted) GTEST_SKIP() << "this test needs the right to mount a small tmpfs (run it as root)";
  uint64_t accepted = 0;
  {
    World world(disk.path);
    ASSERT_TRUE(world.append(1000));
    accepted = 1000;
    fill(disk.path / "filler");
    bool refused = false;
    for (int i = 0; i < 400 && !refused; ++i) {
      const auto answer = world.append(1000);
      if (answer)
        accepted += 1000;
      else {
        refused = true;
        EXPECT_EQ(answer.error().code, "disk_full") << answer.error().detail;
      }
    }
    ASSERT_TRUE(refused);
    std::this_thread::sleep_for(std::chrono::milliseconds(400));  // the flush meets the full disk, too
    EXPECT_EQ(world.rows(), accepted);
    std::filesystem::remove(disk.path / "filler");
    std::filesystem::remove(disk.path / "filler2");
    const auto after = world.append(1000);
    ASSERT_TRUE(after) << after.error().code << " " << after.error().detail;
    accepted += 1000;
    EXPECT_EQ(world.rows(), accepted);
    for (int i = 0; i < 50; ++i) {
      if (world.store->flush()) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    EXPECT_EQ(world.rows(), accepted);
  }
  World world(disk.path);
  EXPECT_EQ(world.rows(), accepted);
}

}  // namespace
}  // namespace lotse::crash
