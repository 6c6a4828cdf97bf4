#include "analysis/detail/classes.h"

#include <gtest/gtest.h>

#include <random>

#include "analysis/detail/tallies.h"

namespace lotse::analysis::detail {
namespace {

EventColumns rows(std::mt19937& chance, size_t count) {
  EventColumns out;
  out.attributes = {{BuiltinAttribute::channel, {}}, {17, {}}};
  for (size_t i = 0; i < count; ++i) {
    out.customer.push_back(1);
    out.time_us.push_back(static_cast<int64_t>(chance() % 1000));
    out.arrival.push_back(i + 1);
    out.type.push_back(chance() % 5 + 1);
    out.source.push_back(static_cast<uint16_t>(chance() % 3 + 1));
    for (auto& attribute : out.attributes) attribute.codes.push_back(chance() % 4);
  }
  return out;
}

TEST(ClassTable, EqualRowsHaveEqualClassesAndOthersNot) {
  std::mt19937 chance(1);
  for (const std::vector<uint32_t>& properties : {std::vector<uint32_t>{}, {BuiltinAttribute::channel}, {BuiltinAttribute::channel, 17}, {99}}) {
    ClassTable table(properties);
    const auto columns = rows(chance, 2000);
    const auto classes = table.derive(columns);
    for (size_t i = 0; i < columns.size(); ++i) {
      const auto& one = table.classes().at(classes[i]);
      EXPECT_EQ(one.type, columns.type[i]);
      EXPECT_EQ(one.source, columns.source[i]);
      for (size_t p = 0; p < properties.size(); ++p)
        EXPECT_EQ(one.properties[p], properties[p] == 99 ? 0 : columns.attributes[properties[p] == 17].codes[i]);
    }
    auto distinct = table.classes();
    std::sort(distinct.begin(), distinct.end());
    EXPECT_EQ(std::unique(distinct.begin(), distinct.end()), distinct.end());

    ClassTable restored(properties);
    for (const auto& one : table.classes()) restored.restore(one);
    EXPECT_EQ(restored.derive(columns), classes);
    EXPECT_EQ(restored.classes(), table.classes());
  }
}

TEST(Tallies, CountWhatWasAdded) {
  std::mt19937 chance(2);
  ClassTable table;
  Tallies tallies;
  std::map<uint32_t, uint64_t> by_channel;
  uint64_t events = 0;
  for (int part = 0; part < 3; ++part) {
    const auto columns = rows(chance, 500);
    tallies.add(columns, table.derive(columns));
    for (uint32_t code : columns.attributes[0].codes) ++by_channel[code];
  }
  for (const auto& c : tallies.classes) {
    events += c.events;
    EXPECT_LE(c.first_us, c.last_us);
  }
  EXPECT_EQ(events, 1500u);
  std::map<uint32_t, uint64_t> counted;
  for (const auto& [key, n] : tallies.channels) counted[static_cast<uint32_t>(key)] += n;
  EXPECT_EQ(counted, by_channel);
  for (const auto& [code, n] : by_channel) EXPECT_EQ(tallies.attributes.at(BuiltinAttribute::channel).at(code), n);
}

}  // namespace
}  // namespace lotse::analysis::detail
