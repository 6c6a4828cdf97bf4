#include "formats/detect.h"

#include <gtest/gtest.h>

#include "formats/testing/workbook.h"

namespace lotse::formats {
namespace {

Result<DetectedFile> look(std::string_view bytes, const DetectHints& hints = {}) {
  MemoryFile file(bytes);
  return detect(file, hints);
}

std::map<std::string, ColumnRole> roles(const DetectedFile& file) {
  std::map<std::string, ColumnRole> out;
  for (const DetectedColumn& c : file.columns)
    if (c.role != ColumnRole::attribute) out[c.name] = c.role;
  return out;
}

TEST(Detect, AGermanExport) {
  const auto found = look(
      "Kundennummer;Vorgangsnummer;Aktivit\xE4t;Zeitstempel;Kanal;Richtung;Abteilung;Kosten;Bearbeiter;Produkt\r\n"
      "K1;V1;Anruf;31.12.2024 14:05;Telefon;eingehend;Service;1.234,50;Hans M\xFCller;A\r\n"
      "K2;V2;Beschwerde;01.01.2025 09:00:30;E-Mail;eingehend;Service;0,00;Eva Klein;B\r\n").value();
  EXPECT_EQ(found.options.format, FileFormat::csv);
  EXPECT_EQ(found.options.encoding, Encoding::windows1252);
  EXPECT_EQ(found.options.dialect.delimiter, ';');
  EXPECT_TRUE(found.options.dialect.has_header);
  EXPECT_TRUE(found.complete);
  const std::map<std::string, ColumnRole> expected = {
      {"Kundennummer", ColumnRole::customer}, {"Vorgangsnummer", ColumnRole::instance_key}, {"Aktivität", ColumnRole::event_type}, {"Zeitstempel", ColumnRole::time},
      {"Kanal", ColumnRole::channel},         {"Richtung", ColumnRole::direction},          {"Abteilung", ColumnRole::unit},       {"Kosten", ColumnRole::cost},
      {"Bearbeiter", ColumnRole::staff}};
  EXPECT_EQ(roles(found), expected);
  EXPECT_EQ(found.columns[3].time->layout, TimeLayout::german);
  EXPECT_EQ(found.columns[7].decimal_mark, ',');
  EXPECT_EQ(found.columns[0].samples, (std::vector<std::string>{"K1", "K2"}));
  EXPECT_EQ(found.rows[1][8], "Eva Klein");
  EXPECT_TRUE(found.warnings.empty());
}

TEST(Detect, OneKeyColumnIsBothCustomerAndInstance) {
  EXPECT_EQ(roles(look("case id,activity,timestamp\n1,a,2024-01-01\n").value()),
            (std::map<std::string, ColumnRole>{{"case id", ColumnRole::instance_key}, {"activity", ColumnRole::event_type}, {"timestamp", ColumnRole::time}}));
  EXPECT_EQ(roles(look("user_id,event,timestamp\n1,a,1735653906\n").value()),
            (std::map<std::string, ColumnRole>{{"user_id", ColumnRole::customer}, {"event", ColumnRole::event_type}, {"timestamp", ColumnRole::time}}));
}

TEST(Detect, StandardNamesBeatOtherOnesAndAnIndexIsIgnored) {
  const auto found = look(",Activity,case:concept:name,concept:name,org:resource,time:timestamp,start\n0,x,1,x,Pete,2010-12-30 11:02:00+01:00,2010-12-30\n").value();
  EXPECT_EQ(roles(found), (std::map<std::string, ColumnRole>{{"column_1", ColumnRole::ignored}, {"case:concept:name", ColumnRole::instance_key},
                                                             {"concept:name", ColumnRole::event_type}, {"org:resource", ColumnRole::staff}, {"time:timestamp", ColumnRole::time}}));
  EXPECT_TRUE(found.columns[0].unnamed);
}

TEST(Detect, ATimeOfDayStandsBesideADate) {
  const auto found = [](const std::string& csv) {
    const auto file = look(csv).value();
    for (const DetectedColumn& c : file.columns)
      if (c.role == ColumnRole::time_of_day) return c.name;
    return std::string("-");
  };
  EXPECT_EQ(found("Kunde;Anrufgrund;Datum;Uhrzeit\nK1;Frage;31.12.2024;14:05\nK2;Frage;01.01.2025;08:00:12\n"), "Uhrzeit");
  EXPECT_EQ(found("Kunde;Anrufgrund;Datum;Zeit\nK1;Frage;31.12.2024;0,586\nK2;Frage;01.01.2025;0,75\n"), "Zeit");
  EXPECT_EQ(found("Kunde;Gespr\xC3\xA4" "chsdauer;Anrufgrund;Datum;Startzeit\nK1;01:05:33;Frage;31.12.2024;2:05 PM\nK2;00:00:12;Frage;01.01.2025;8:00 AM\n"), "Startzeit");
  EXPECT_EQ(found("who;what;day;at\nK1;x;2024-12-31;14:05\nK2;y;2025-01-01;09:05\n"), "at");
  // Durations, numbers without a name for it, and dates with a clock of their own have none.
  EXPECT_EQ(found("Kunde;Anrufgrund;Datum;Dauer\nK1;Frage;31.12.2024;01:14:05\nK2;Frage;01.01.2025;08:00:12\n"), "-");
  EXPECT_EQ(found("Kunde;Anrufgrund;Datum;x\nK1;Frage;31.12.2024;00:04:05\nK2;Frage;01.01.2025;00:09:12\n"), "-");
  EXPECT_EQ(found("Kunde;Anrufgrund;Datum;Anzahl\nK1;Frage;31.12.2024;1405\nK2;Frage;01.01.2025;0930\n"), "-");
  EXPECT_EQ(found("Kunde;Anrufgrund;Datum;Uhrzeit\nK1;Frage;31.12.2024 14:05;14:05\nK2;Frage;01.01.2025 08:00;08:00\n"), "-");
}

TEST(Detect, WarnsOfWhatIsDoubtful) {
  EXPECT_EQ(look("id,id,date\n1,2,03/04/2024\n").value().warnings, (std::vector<std::string>{"ambiguous_dates", "duplicate_headers"}));
  EXPECT_EQ(look("1,a,2024-01-01\n2,b,2024-01-02\n").value().warnings, (std::vector<std::string>{"no_header"}));
  std::string mixed = "id,text,date\n";
  for (int i = 0; i < 20; ++i) mixed += "1,Grüße,2024-01-01\n";
  EXPECT_EQ(look(mixed + "1,Gr\xFC\xDF" "e,2024-01-01\n").value().warnings, (std::vector<std::string>{"invalid_bytes"}));
}

TEST(Detect, BadFilesAreClearErrors) {
  EXPECT_EQ(look("").error().code, "empty_file");
  EXPECT_EQ(look("a,b,c\n").error().code, "no_rows");
  EXPECT_EQ(look(std::string("\x7f" "ELF\0\0\0\0\0\0\0\0\0\0\0\0", 16)).error().code, "not_a_table");
  EXPECT_EQ(look("<log></log>").error().code, "no_rows");
  EXPECT_EQ(look("<rss></rss>").error().code, "xes_no_log");
  EXPECT_EQ(look("a,b\n\"never closed,1\n").value().options.dialect.quote, '\0');  // then it is no quotation mark
  EXPECT_EQ(look("\x1f\x8b\x08").error().code, "truncated_gzip");
}

TEST(Detect, FilesOfOtherKindsAreNamed) {
  using namespace std::string_view_literals;
  for (std::string_view page : {"<html><body><table/></body></html>"sv, "\xEF\xBB\xBF\n<!DOCTYPE HTML>\n<html>"sv, "<table><tr>"sv,
                                "<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>"sv})
    EXPECT_EQ(look(page).error().code, "saved_as_page") << page;
  for (std::string_view no_table : {"%PDF-1.4\n%\xE2\xE3"sv, "\x89PNG\r\n"sv})
    EXPECT_EQ(look(no_table).error().code, "not_a_table") << no_table;
  EXPECT_EQ(look("SQLite format 3\0 and more"sv).error().code, "format_not_here");
  EXPECT_EQ(look("7z\xBC\xAF\x27\x1C...").error().code, "packed_otherwise");
  EXPECT_EQ(look("\xFF\xFE\0\0a\0\0\0"sv).error().code, "utf32_not_read");
  std::string noise;
  uint32_t seed = 5;
  for (int i = 0; i < 5000; ++i) noise += static_cast<char>((seed = seed * 1664525 + 1013904223) >> 24);
  EXPECT_EQ(look("a;b\n1;2\n" + noise).error().code, "not_a_table");
  EXPECT_EQ(look("<log><objects/></log>").error().code, "ocel_not_read");
}

TEST(Detect, ASaidSeparatorAndTitlesStandBeforeTheTable) {
  const auto said = look("sep=,\r\nKunde;x,Aktivit\xC3\xA4t,Wann\r\nK1,a;b,2024-01-01\r\n").value();
  EXPECT_EQ(said.options.dialect.delimiter, ',');
  EXPECT_EQ(said.options.dialect.lead_rows, 1u);
  EXPECT_EQ(said.columns.size(), 3u);
  EXPECT_EQ(said.rows[0][1], "a;b");

  const std::string report = "Kontakte;;;;\r\nStand:;01.04.2025\r\n\r\nKunde;Vorgang;Aktivit\xC3\xA4t;Wann;Kanal\r\nK1;V1;Anruf;01.02.2024;Mail\r\nK2;V1;Anruf;01.02.2024;Mail\r\n";
  const auto found = look(report).value();
  EXPECT_EQ(found.options.dialect.lead_rows, 2u);
  EXPECT_TRUE(found.options.dialect.has_header);
  EXPECT_EQ(found.columns[3].name, "Wann");
  EXPECT_EQ(found.rows.size(), 2u);
  EXPECT_TRUE(found.warnings.empty());
  MemoryFile file(report);
  auto table = OpenTable::open(file, found.options).value();
  RowBlock block;
  ASSERT_TRUE(table->rows().next(block).value());
  EXPECT_EQ(block.row_number(0), 5u);  // as a spreadsheet shows it
  EXPECT_EQ(block.cell(0, 0), "K1");

  // A first row of data with few cells is none.
  EXPECT_EQ(look("K1;;\nK2;Anruf;01.02.2024\nK2;Anruf;01.02.2024\n").value().options.dialect.lead_rows, 0u);
}

TEST(Detect, WhatNoNameTellsTheContentMay) {
  EXPECT_EQ(roles(look("case;foo;time\n1;a;2024-01-01\n1;b;2024-01-02\n").value()),
            (std::map<std::string, ColumnRole>{{"case", ColumnRole::instance_key}, {"foo", ColumnRole::event_type}, {"time", ColumnRole::time}}));
  EXPECT_EQ(roles(look("x,y,z\nweb,7,2024-01-01\napp,8,2024-01-02\n").value()),
            (std::map<std::string, ColumnRole>{{"y", ColumnRole::customer}, {"x", ColumnRole::event_type}, {"z", ColumnRole::time}}));
  // Among several nothing is guessed.
  EXPECT_EQ(roles(look("case;foo;bar;time\n1;a;x;2024-01-01\n1;b;y;2024-01-02\n").value()),
            (std::map<std::string, ColumnRole>{{"case", ColumnRole::instance_key}, {"time", ColumnRole::time}}));
}

TEST(Detect, ATableIsTakenBeforeACoverSheet) {
  const std::string text = "<c t='inlineStr'><is><t>";
  const std::string end = "</t></is></c>";
  const std::string bytes = testing::xlsx_of({.sheets = {{"Deckblatt", "<row>" + text + "Bericht" + end + "</row><row>" + text + "Stand 1.4." + end + "</row>"},
                                                         {"Daten", "<row>" + text + "Kunde" + end + text + "Was" + end + text + "Wann" + end +
                                                                       "</row><row><c><v>7</v></c>" + text + "Anruf" + end + "<c><v>45657.5</v></c></row>"}}});
  const auto found = look(bytes).value();
  EXPECT_EQ(found.options.sheet, "Daten");
  EXPECT_EQ(found.columns[2].time->layout, TimeLayout::excel_1900);  // a date's number in a cell without a date's form
}

TEST(Detect, Workbooks) {
  const std::string bytes = testing::xlsx_of({.sheets = {{"leer", ""}, {"Daten", "<row><c t='s'><v>0</v></c><c t='s'><v>1</v></c></row><row><c><v>7</v></c><c s='2'><v>45657.5</v></c></row>"}},
                                              .shared = {"<t>Kunde</t>", "<t>Datum</t>"}});
  const auto found = look(bytes).value();
  EXPECT_EQ(found.options.format, FileFormat::xlsx);
  EXPECT_EQ(found.options.sheet, "Daten");
  EXPECT_EQ(found.sheets, (std::vector<std::string>{"leer", "Daten"}));
  EXPECT_EQ(found.columns[1].kind, ColumnKind::timestamp);
  EXPECT_EQ(found.rows[0], (std::vector<std::string>{"7", "2024-12-31T12:00:00"}));
}

TEST(Detect, HintsAreBelieved) {
  const auto found = look("a,b;c\n1,2;3\n", {.delimiter = ',', .has_header = false}).value();
  EXPECT_EQ(found.columns.size(), 2u);
  EXPECT_EQ(found.sampled_rows, 2u);
}

TEST(Detect, OpensWhatItDetected) {
  const std::string_view text = "\xEF\xBB\xBFid;text\n1;ä\n2;ö\n";
  MemoryFile file(text);
  const auto found = detect(file).value();
  auto table = OpenTable::open(file, found.options).value();
  ASSERT_NE(table->csv(), nullptr);
  EXPECT_EQ(table->rows().columns(), (std::vector<std::string>{"id", "text"}));
  RowBlock block;
  ASSERT_TRUE(table->rows().next(block).value());
  EXPECT_EQ(block.cell(1, 1), "ö");
  EXPECT_EQ(table->consumed_bytes(), text.size());
}

}  // namespace
}  // namespace lotse::formats
