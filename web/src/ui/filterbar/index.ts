export { FilterBar, type FilterBarProps } from './FilterBar';
export { DurationInput, TouchpointPicker } from './Editors';
export { useNames, type Names } from './names';
export { useSegments } from './Segments';
export { filterTexts } from './texts';
export { anyOf, chipsOf, filterLines, periodText, type Chip, type Speaker } from './words';
export { useRuleText } from './useRuleText';
