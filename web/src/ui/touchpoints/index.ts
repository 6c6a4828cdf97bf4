export { useTouchpointActions, type TouchpointActions } from './actions';
export { MergeForm } from './MergeForm';
export { touchpointTexts } from './texts';
export { TouchpointForm } from './TouchpointForm';
