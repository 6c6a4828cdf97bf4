const key = 'lotse-workspace';

/** The slug of the workspace that was open last in this browser. */
export const lastWorkspace = {
  get(): string | null {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  },
  set(slug: string) {
    try {
      localStorage.setItem(key, slug);
    } catch {
      // Storage is blocked: "/" leads to the first workspace.
    }
  },
};
