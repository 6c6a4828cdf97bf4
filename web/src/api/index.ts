export * from './types';
export { api, type Change, type Group, type Question } from './endpoints';
export { download, request, saveBlob, upload, type UploadHandle } from './client';
export { useReachable } from './connection';
export { asProblem, Problem } from './problem';
export { useApi, useChange, type Asked, type OptimisticCache, type UseApiOptions } from './useApi';
export { useChangePassword, useMe, usePatchMe, useSession, useSignIn, useSignOut, useWorkspaceChanges } from './session';
export { useWorkspace, WorkspaceContext, type Workspace } from './workspace';
export { countConditions, filterFromText, filterToText, isOpenFilter, openFilter, trimFilter, useFilter } from './filter';
