import { bilingual, type Translation } from '@/i18n';
import { en } from './en';

const de: Translation<typeof en> = {
  'signin.title': 'Anmelden',
  'signin.welcome': 'Willkommen bei Lotse',
  'signin.lead': 'Melden Sie sich an und sehen Sie, welche Wege Ihre Kunden wirklich gehen.',
  'signin.email': 'E-Mail',
  'signin.password': 'Passwort',
  'signin.submit': 'Anmelden',
  'signin.help': 'Passwort vergessen? Wer diesen Server betreibt, kann ein neues setzen (lotse user passwd).',
  'signin.slogan': 'Eine Journey-Map, die nie ein Standbild ist.',
  'signin.slogan_text': 'Was geschah, was Kunden sagen und was Sie vorhaben: ein lebendiges Bild, auf Ihrem eigenen Server.',
  'signin.email_missing': 'Bitte geben Sie Ihre E-Mail-Adresse ein.',
  'signin.password_missing': 'Bitte geben Sie Ihr Passwort ein.',
  'password.title': 'Wählen Sie Ihr eigenes Passwort',
  'password.lead': 'Das Passwort, mit dem Sie sich angemeldet haben, hat jemand anderes erstellt. Wählen Sie eines, das nur Sie kennen; dann geht es los.',
  'password.one_time': 'Einmal-Passwort',
  'password.submit': 'Speichern und weiter',
  'password.other': 'Als jemand anderes anmelden',
};

export const texts = bilingual(en, de);
