import { bilingual } from '@/i18n';
import { de } from './de';
import { en } from './en';

export const touchpointTexts = bilingual(en, de);
