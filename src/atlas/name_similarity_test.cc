#include "atlas/name_similarity.h"

#include <gtest/gtest.h>

namespace lotse::atlas {
namespace {

using Words = std::vector<std::string>;
double alike(std::string_view a, std::string_view b) { return similarity(words_of(a), words_of(b)); }

TEST(NameSimilarity, WordsOfSnakeCamelAndUmlauts) {
  EXPECT_EQ(words_of("order_confirmation.sent"), (Words{"order", "confirmation", "sent"}));
  EXPECT_EQ(words_of("OrderConfirmationSent"), (Words{"order", "confirmation", "sent"}));
  EXPECT_EQ(words_of("PDFExport2Mail"), (Words{"pdf", "export", "2", "mail"}));
  EXPECT_EQ(words_of("Auftragsbestätigung verschickt"), (Words{"auftragsbestaetigung", "verschickt"}));
  EXPECT_EQ(words_of("ÜBERGABE an Straße"), (Words{"uebergabe", "strasse"}));
  EXPECT_EQ(words_of("der die das"), (Words{"der", "die", "das"}));
}

TEST(NameSimilarity, TheSameThingWrittenDifferently) {
  EXPECT_DOUBLE_EQ(alike("order_confirmation", "OrderConfirmation"), 1);
  EXPECT_DOUBLE_EQ(alike("confirmation of order", "order confirmation"), 1);
  EXPECT_DOUBLE_EQ(alike("Auftragsbestätigung", "auftragsbestaetigung"), 1);
  EXPECT_DOUBLE_EQ(alike("sign_up", "signup"), 1);
  EXPECT_GT(alike("Rechnung versendet", "rechnung_versand"), group_score_min);
  EXPECT_GT(alike("Rechnungsversand", "Rechnung"), match_score_min);
}

TEST(NameSimilarity, DifferentThingsAreNotAlike) {
  EXPECT_LT(alike("Rechnung", "Reklamation"), match_score_min);
  EXPECT_LT(alike("Technikertermin", "Terminrückfrage"), match_score_min);
  EXPECT_LT(alike("page_view", "purchase"), match_score_min);
  EXPECT_LT(alike("step 2", "step 3"), group_score_min);
  EXPECT_EQ(alike("", "anything"), 0);
}

TEST(NameSimilarity, IsSymmetric) {
  for (const auto& [a, b] : std::vector<std::pair<std::string, std::string>>{{"Rechnung versendet", "rechnung_versand"}, {"a b", "b"}, {"kündigung", "kuendigung online"}})
    EXPECT_DOUBLE_EQ(alike(a, b), alike(b, a)) << a;
}

TEST(NameSimilarity, BestCandidatesAndGroups) {
  const std::vector<Candidate> touchpoints{{"tp_1", {"Rechnung", "invoice_sent"}}, {"tp_2", {"Auftragsbestätigung"}}, {"tp_3", {"Hotline"}}};
  const auto found = matches("invoice sent by mail", touchpoints, 3);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].candidate, 0u);
  EXPECT_EQ(found[0].by, "invoice_sent");
  EXPECT_TRUE(matches("Zählerstand", touchpoints, 3).empty());

  EXPECT_EQ(groups({"login_success", "Hotline", "LoginSuccess", "hotline", "Brief", "login-success!"}), (std::vector<int>{0, 1, 0, 1, -1, 0}));
}

}  // namespace
}  // namespace lotse::atlas
