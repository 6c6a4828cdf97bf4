import { useCallback } from 'react';
import type { CustomerRule } from '@/api';
import { useTexts } from '@/i18n';
import { ruleTexts } from '../rules/de';
import { useComputed } from '../rules/RuleBuilder';
import { ruleText } from '../rules/words';
import { useNames } from './names';

/** A rule about customers in the user's words. */
export function useRuleText(): (rule: CustomerRule) => string {
  const { t, format } = useTexts(ruleTexts);
  const names = useNames();
  const computed = useComputed();
  return useCallback((rule) => ruleText(rule, { t, format, names, computed }), [t, format, names, computed]);
}
