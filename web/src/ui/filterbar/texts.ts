import { bilingual } from '@/i18n';
import { de } from './de';
import { en } from './en';

export const filterTexts = bilingual(en, de);
