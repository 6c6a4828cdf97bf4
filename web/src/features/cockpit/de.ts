import { bilingual, type Translation } from '@/i18n';
import { en } from './en';

const de: Translation<typeof en> = {
  'title': 'Cockpit',
  'answer': '{events} von {customers} aus {sources} erzählen, welche Wege Ihre Kunden gingen ({period}).',
  'answer_no_period': '{events} von {customers} aus {sources} erzählen, welche Wege Ihre Kunden gingen.',
  'events': { one: '{count} Ereignis', other: '{count} Ereignisse' },
  'customers': { one: '{count} Kunden', other: '{count} Kunden' },
  'sources': { one: '{count} Quelle', other: '{count} Quellen' },
  'figures': 'Kennzahlen',
  'stat.events': 'Ereignisse',
  'stat.customers': 'Kunden',
  'stat.journeys': 'Journey-Instanzen',
  'stat.journeys_hint': '{count} noch offen',
  'stat.variants': 'Verschiedene Wege',
  'stat.duration': 'Typische Dauer',
  'stat.duration_hint': 'Median über alle Instanzen',
  'stat.assigned': 'Ereignisse mit eigenem Touchpoint',
  'stat.assigned_hint': '{assigned} von {all} Ereignistypen',

  'ways': 'Häufigste Kundenwege',
  'ways.all': 'Alle erkunden',
  'ways.answer': { one: 'Den häufigsten Weg nehmen {share} von {count} Instanz.', other: 'Den häufigsten Weg nehmen {share} von {count} Instanzen.' },
  'ways.path': 'Weg',
  'ways.count': 'Instanzen',
  'ways.share': 'Anteil',
  'ways.duration': 'Dauer (Median)',

  'news': 'Was zuletzt hereinkam',
  'news.none': 'Es ist noch nichts hereingekommen.',
  'news.import': '{new} aus {file}',
  'news.new': { one: '{count} neues Ereignis', other: '{count} neue Ereignisse' },
  'news.running': '{file} wird importiert: {share}',
  'news.failed': 'Import von {file} ist fehlgeschlagen',
  'news.undone': 'Import von {file} wurde rückgängig gemacht',
  'news.cancelled': 'Import von {file} wurde abgebrochen',
  'news.by': '{ago} von {name}',
  'news.all': 'Alle Importe',
  'news.source': '{name}: letztes Ereignis kam {ago}',

  'next': 'Nächste Schritte',
  'next.assign': { one: '{count} Ereignistyp zuordnen', other: '{count} Ereignistypen zuordnen' },
  'next.assign_text': '{share} der Ereignisse gehören noch zu keinem eigenen Touchpoint. Übernehmen, benennen oder führen Sie sie zusammen, damit jeder Kontakt einen Namen und eine Verantwortung hat.',
  'next.rejects': { one: '{count} abgelehnte Zeile ansehen', other: '{count} abgelehnte Zeilen ansehen' },
  'next.rejects_text': 'Der Import von {file} hat sie ausgelassen. Laden Sie sie mit ihren Gründen herunter, berichtigen Sie sie, importieren Sie sie erneut.',
  'next.people': 'Kolleginnen und Kollegen aufnehmen',
  'next.people_text': 'Sie sind die einzige Person in diesem Arbeitsbereich. Nehmen Sie andere auf; jede Rolle sieht, was sie braucht.',
  'next.explore': 'Ist-Journey ansehen',
  'next.explore_text': 'Die Karte aller Wege, die Ihre Kunden wirklich gingen, mit Zeiten und Umwegen.',
  'next.token': 'Ein System anbinden',
  'next.token_text': 'Mit einem API-Token senden Ihr Shop oder CRM Ereignisse, während sie geschehen.',

  'empty.title': 'Ihre Journeys beginnen mit einem Ereignisprotokoll',
  'empty.text': 'Eine Datei mit Wer, Was und Wann genügt: eine Excel-Liste aus dem Servicecenter, ein CSV-Export aus dem CRM, ein XES-Protokoll. Minuten später stehen hier die wirklichen Journeys.',
  'empty.import': 'Datei importieren',
  'empty.demo': 'Zuerst die Demo ansehen',
  'empty.reader': 'Sobald die Redaktion Daten importiert, stehen hier die wirklichen Journeys.',

  'how': 'Ereignisse, Kunden und Quellen sind über die ganze Geschichte dieses Arbeitsbereichs gezählt. Eine Journey-Instanz ist ein Vorgang (nach Vorgangsnummer, wo die Quelle eine hat, sonst der ganze Verlauf des Kunden). Ein Weg ist die vollständige Folge der Touchpoints einer Instanz; Instanzen mit gleicher Folge teilen ihn. Der Median ist der mittlere Wert: Die Hälfte der Instanzen dauerte länger.',
};

export const texts = bilingual(en, de);
