import { bilingual } from '@/i18n';
import { en } from './en';

export const chainTexts = bilingual(en, {
  hidden: { one: '{count} weiterer Touchpoint dazwischen', other: '{count} weitere Touchpoints dazwischen' },
  unfold: 'Ganzen Weg zeigen',
  fold: 'Weg kürzen',
  times: '{count}-mal hintereinander',
});
