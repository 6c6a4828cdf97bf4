#include "text/redact.h"

#include <gtest/gtest.h>

#include <random>

namespace lotse::text {
namespace {

std::string redacted(std::string text) {
  redact(text);
  return text;
}

TEST(Redact, TakesWhatNamesAPerson) {
  EXPECT_EQ(redacted("Bitte an erika.mustermann+x@mail.example.com antworten."), "Bitte an [E-Mail] antworten.");
  EXPECT_EQ(redacted("Rufen Sie 030 / 1234 5678 oder +49 (0)170 1234567 an!"), "Rufen Sie [Telefon] oder [Telefon] an!");
  EXPECT_EQ(redacted("0049-170-1234567, 01701234567"), "[Telefon], [Telefon]");
  EXPECT_EQ(redacted("IBAN: DE89 3704 0044 0532 0130 00, danke"), "IBAN: [IBAN], danke");
  EXPECT_EQ(redacted("gb82west12345698765432"), "[IBAN]");
  EXPECT_EQ(redacted("Karte 4111 1111 1111 1111 abgelehnt"), "Karte [Karte] abgelehnt");
  EXPECT_EQ(redacted("5500-0000-0000-0004"), "[Karte]");
  EXPECT_EQ(redacted("müller@exämple.de"), "[E-Mail]");
}

TEST(Redact, LeavesWhatNamesNobody) {
  for (const char* text : {"Bestellung 4711 vom 01.02.2024 über 1.234,50 EUR", "Vorgang 2024-000123456789", "USt-IdNr. DE123456789", "4111 1111 1111 1112",
                           "um 08:30 Uhr am 01/02/2024", "Artikel A0123456789B", "@home und a@b", "Version 0.123456789", "0000000000000000", "",
                           "12345678901234567890123456789"})
    EXPECT_EQ(redacted(text), text);
}

TEST(Redact, CountsByKind) {
  std::string text = "a@b.de c@d.org 0301234567 DE89370400440532013000 4111111111111111";
  const auto found = redact(text);
  EXPECT_EQ(found.emails, 2u);
  EXPECT_EQ(found.phones, 1u);
  EXPECT_EQ(found.ibans, 1u);
  EXPECT_EQ(found.cards, 1u);
}

/// Whatever stands around it, a planted secret goes; a second pass changes nothing; without '@', digits and letter pairs with
/// digits nothing changes.
TEST(Redact, HoldsForRandomTexts) {
  std::mt19937_64 random(11);
  const std::string_view around = "abcäöü ,;:!?\n()-/\"'<>";
  const std::array<std::string_view, 5> secrets = {"erika@example.com", "+49 170 1234567", "DE89 3704 0044 0532 0130 00", "4111 1111 1111 1111", "030/12345678"};
  for (int i = 0; i < 20'000; ++i) {
    std::string before, after;
    for (size_t n = random() % 12; n > 0; --n) before += around[random() % around.size()];
    for (size_t n = random() % 12; n > 0; --n) after += around[random() % around.size()];
    EXPECT_EQ(redacted(before), before);
    const auto secret = secrets[random() % secrets.size()];
    std::string text = before + " " + std::string(secret) + " " + after;
    redact(text);
    EXPECT_EQ(text.find(secret), std::string::npos) << before << "|" << after;
    EXPECT_EQ(redacted(text), text);
  }
}

TEST(Redact, TakesAnyBytes) {
  std::mt19937_64 random(5);
  const std::string_view letters = "0123456789+(/-. @DEdeAZ\xC3\xA4\xFF\x01";
  for (int i = 0; i < 50'000; ++i) {
    std::string text;
    for (size_t n = random() % 60; n > 0; --n) text += letters[random() % letters.size()];
    const std::string once = redacted(text);
    EXPECT_EQ(redacted(once), once) << text;
  }
}

}  // namespace
}  // namespace lotse::text
