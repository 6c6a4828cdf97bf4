import { api } from './endpoints';
import { useApi } from './useApi';

const again = 1500;

/** What the numbers rest on. While the server is still reading its columns it is asked again: nobody announces their end. */
export function useCoverage() {
  return useApi(api.coverage, undefined, { every: (data) => (data?.loading ? again : false) });
}
