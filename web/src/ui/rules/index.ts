export { ruleTexts } from './de';
export { emptyRule, fromTree, isReady, isText, isTime, toTree } from './model';
export { RuleBuilder, useComputed } from './RuleBuilder';
export { ruleText, type RuleSpeaker } from './words';
