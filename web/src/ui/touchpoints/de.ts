import type { Translation } from '@/i18n';
import type { en } from './en';

export const de: Translation<typeof en> = {
  'field.name': 'Name',
  'field.channel': 'Kanal',
  'field.channel_hint': 'Brief, Hotline, App … Leer: der Kanal, den die Ereignisse am häufigsten nennen.',
  'field.owner': 'Verantwortlich',
  'field.owner_hint': 'Die Person, die für diesen Touchpoint zuständig ist.',
  'field.direction': 'Von wem geht der Kontakt aus?',
  'field.description': 'Beschreibung',
  'direction.none': 'offen',
  'direction.by_us': 'von uns',
  'direction.by_customer': 'vom Kunden',
  'direction.by_partner': 'von einem Partner',
  'direction.by_machine': 'von einer Maschine',

  'action.adopt': 'Als Touchpoint übernehmen',
  'action.adopt_hint': 'Gibt ihm Name, Kanal und Verantwortliche, in der Touchpoint-Liste für alle.',
  'action.save': 'Speichern',
  'action.merge': 'Mit anderen zusammenführen',
  'action.merge_hint': 'Die Ereignisse der anderen gehören dann zu „{name}“, in der ganzen Historie.',
  'action.merge_pick': 'Welche gehören dazu?',
  'action.merge_do': { one: '{count} Touchpoint zusammenführen', other: '{count} Touchpoints zusammenführen' },
  'action.delete': 'Touchpoint löschen',
  'action.delete_hint': 'Seine Ereignistypen sind dann wieder nicht zugeordnet. Kein Ereignis geht verloren.',

  'done.adopted': '„{name}“ übernommen.',
  'done.adopted_many': { one: '{count} Touchpoint übernommen.', other: '{count} Touchpoints übernommen.' },
  'done.saved': '„{name}“ gespeichert.',
  'done.merged': { one: '{count} Touchpoint mit „{name}“ zusammengeführt.', other: '{count} Touchpoints mit „{name}“ zusammengeführt.' },
  'done.deleted': '„{name}“ gelöscht.',
  'done.rule_added': 'Regel hinzugefügt.',
  'done.rule_deleted': 'Regel gelöscht.',
  'done.rule_moved': 'Reihenfolge geändert.',
};
