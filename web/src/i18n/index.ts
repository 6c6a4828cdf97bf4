export { bilingual, type Bilingual, type Translation } from './texts';
export { formats, type Formats, type Language } from './format';
export { LocaleProvider, browserLanguage, useLocale, useTexts, type Translate } from './locale';
