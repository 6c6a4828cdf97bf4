#include "demo/comments.h"

#include <vector>

namespace lotse::demo {
namespace {
using A = About;
using M = Mood;
constexpr bool de = false, en = true;
struct Comment {
  About about;
  Mood mood;
  bool english;
  std::string_view text;
};
constexpr Comment comments[] = {
    {A::relation, M::good, de, "Läuft alles zuverlässig, ich habe nie Ärger."},
    {A::relation, M::good, de, "Das Portal ist übersichtlich, die Rechnung kommt pünktlich."},
    {A::relation, M::good, de, "Freundliche Mitarbeiter in der Filiale, man nimmt sich Zeit."},
    {A::relation, M::good, de, "Zählerstand in der App fotografieren und fertig, so soll es sein."},
    {A::relation, M::good, de, "Seit Jahren Kunde und zufrieden."},
    {A::relation, M::good, de, "Störung war nach zwei Stunden behoben, sehr gut."},
    {A::relation, M::fair, de, "Ist in Ordnung, aber nichts Besonderes."},
    {A::relation, M::fair, de, "Preis ist okay, die Hotline könnte schneller sein."},
    {A::relation, M::fair, de, "Die App ist gut, das Portal etwas umständlich."},
    {A::relation, M::fair, de, "Im Großen und Ganzen zufrieden, die Briefe sind schwer zu verstehen."},
    {A::relation, M::bad, de, "Ich musste dreimal anrufen, bis mein Zählerstand stimmte."},
    {A::relation, M::bad, de, "Montags kommt man bei der Hotline einfach nicht durch."},
    {A::relation, M::bad, de, "Jeder sagt etwas anderes, niemand kennt meinen Vorgang."},
    {A::relation, M::bad, de, "Auf meine Nachricht im Chat kam nur ein Verweis auf die Hotline."},
    {A::relation, M::bad, de, "Die Rechnung versteht kein Mensch."},
    {A::relation, M::good, en, "Everything just works and the bills are clear."},
    {A::relation, M::good, en, "Friendly staff in the shop, I felt well advised."},
    {A::relation, M::fair, en, "Okay overall, but letters only come in German."},
    {A::relation, M::fair, en, "Fine, although the hotline takes a while."},
    {A::relation, M::bad, en, "I had to call several times about the same reading."},
    {A::relation, M::bad, en, "Nobody on the phone knew about my earlier chat."},
    {A::price, M::good, de, "Die Preiserhöhung wurde wenigstens gut erklärt."},
    {A::price, M::fair, de, "Der neue Preis ist hoch, anderswo ist es aber auch nicht günstiger."},
    {A::price, M::bad, de, "Die Preisanpassung ist eine Frechheit."},
    {A::price, M::bad, de, "Warum steigt mein Abschlag so stark? Im Brief steht dazu nichts."},
    {A::price, M::bad, de, "Nach dem Brief überlege ich zu wechseln."},
    {A::price, M::good, en, "At least the price increase was explained."},
    {A::price, M::fair, en, "The new price is high, but so is everyone else's."},
    {A::price, M::bad, en, "The price increase letter came out of nowhere."},
    {A::connection_in_time, M::good, de, "Am Montag bestellt, am Freitag war der Techniker da. Besser geht es nicht."},
    {A::connection_in_time, M::good, de, "Termin gleich beim Bestellen ausgesucht, alles hat geklappt."},
    {A::connection_in_time, M::good, de, "Schneller Anschluss, sauber gearbeitet, das Internet ist rasend schnell."},
    {A::connection_in_time, M::good, de, "Jederzeit gewusst, wie es weitergeht."},
    {A::connection_in_time, M::fair, de, "Ging zügig, nur die Bestätigung kam doppelt, per Mail und per Brief."},
    {A::connection_in_time, M::fair, de, "Alles gut, der Router musste aber zweimal neu gestartet werden."},
    {A::connection_in_time, M::bad, de, "Die Identitätsprüfung am Handy hat vier Anläufe gebraucht."},
    {A::connection_in_time, M::bad, de, "Techniker war unfreundlich und hat Schmutz hinterlassen."},
    {A::connection_in_time, M::good, en, "Picked the appointment while ordering, done within the week."},
    {A::connection_in_time, M::good, en, "Quick installation and great speed."},
    {A::connection_in_time, M::fair, en, "Good, but the confirmation came twice."},
    {A::connection_in_time, M::bad, en, "The identity check on my phone failed three times."},
    {A::connection_late, M::good, de, "Hat gedauert, aber der Techniker war sehr nett."},
    {A::connection_late, M::good, de, "Lange gewartet, dafür ist die Leitung jetzt hervorragend."},
    {A::connection_late, M::fair, de, "Das Ergebnis stimmt, der Weg dorthin war lang."},
    {A::connection_late, M::fair, de, "Niemand konnte mir sagen, wann der Techniker kommt."},
    {A::connection_late, M::bad, de, "Drei Wochen ohne Termin und an der Hotline weiß keiner Bescheid."},
    {A::connection_late, M::bad, de, "Versprochen waren fünf Tage, es wurden über drei Wochen."},
    {A::connection_late, M::bad, de, "Ich habe zweimal angerufen, um einen Termin zu bekommen."},
    {A::connection_late, M::bad, de, "Wegen einer falschen Adresse im System lag mein Auftrag tagelang."},
    {A::connection_late, M::bad, de, "Nach der Bestätigung passiert nichts mehr. Man wird allein gelassen."},
    {A::connection_late, M::good, en, "It took a while but the technician was excellent."},
    {A::connection_late, M::fair, en, "The line is great, getting there was not."},
    {A::connection_late, M::bad, en, "Promised five days, waited more than three weeks."},
    {A::connection_late, M::bad, en, "No news after the confirmation; I had to call twice."},
    {A::visit_announced, M::good, de, "Der Anruf am Vortag war prima, so konnte ich mich einrichten."},
    {A::visit_announced, M::good, de, "Pünktlich und gut angekündigt."},
    {A::visit_announced, M::fair, de, "War in Ordnung, das Zeitfenster ist etwas groß."},
    {A::visit_announced, M::bad, de, "Trotz Anruf kam der Techniker zwei Stunden zu spät."},
    {A::visit_announced, M::good, en, "They called the day before, very helpful."},
    {A::visit_announced, M::fair, en, "Fine, although the time window was long."},
    {A::visit_announced, M::bad, en, "Late in spite of the call."},
    {A::visit_unannounced, M::good, de, "Saubere Arbeit."},
    {A::visit_unannounced, M::fair, de, "Ich wusste nicht genau, wann jemand kommt."},
    {A::visit_unannounced, M::bad, de, "Techniker stand unangemeldet vor der Tür, ich war bei der Arbeit."},
    {A::visit_unannounced, M::bad, de, "Den halben Tag umsonst gewartet, niemand hat Bescheid gesagt."},
    {A::visit_unannounced, M::good, en, "Clean work."},
    {A::visit_unannounced, M::fair, en, "I did not know when they would come."},
    {A::visit_unannounced, M::bad, en, "Nobody told me they were coming, I was at work."},
    {A::complaint, M::bad, de, "Mein Auftrag liegt seit Wochen, ich verlange einen Termin."},
    {A::complaint, M::bad, de, "Die Abrechnung ist falsch, der Zählerstand wurde geschätzt."},
    {A::complaint, M::bad, de, "Ich habe die Bestätigung doppelt bekommen. Habe ich nun zweimal bestellt?"},
    {A::complaint, M::bad, de, "Seit dem Umzug wird vom falschen Konto abgebucht."},
    {A::complaint, M::bad, de, "Trotz Zusage kein Rückruf."},
    {A::complaint, M::bad, en, "The bill is wrong, my reading was estimated."},
    {A::complaint, M::bad, en, "I was promised a call back that never came."},
};
}  // namespace

uint16_t draw_comment(Rng& rng, About about, Mood mood, bool english) {
  std::vector<uint16_t> fitting;
  for (size_t i = 0; i < std::size(comments); ++i)
    if (comments[i].about == about && comments[i].mood == mood && comments[i].english == english) fitting.push_back(static_cast<uint16_t>(i + 1));
  return fitting.empty() ? uint16_t{0} : fitting[rng.below(static_cast<uint32_t>(fitting.size()))];
}
std::string_view comment_text(uint16_t number) { return number ? comments[number - 1].text : std::string_view(); }

}  // namespace lotse::demo
