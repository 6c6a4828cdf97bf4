/** Whether a dialog, menu or list of options is open in `root`: it takes Escape before what lies under it. */
export function overlayIsOpen(root: ParentNode = document): boolean {
  // Lists of options stay in the page, hidden, after they were open once.
  return [...root.querySelectorAll('[role=dialog],[role=menu],[role=listbox]')].some((one) => one.checkVisibility());
}

/**
 * For a popover that holds lists of options or menus: Escape closes what is open in it first, then itself. The popover's
 * own handling comes before that of what it holds, and would throw away what was filled in.
 */
export function escapeCloses(close: () => void) {
  return (event: { key: string; currentTarget: ParentNode }) => {
    if (event.key === 'Escape' && !overlayIsOpen(event.currentTarget)) close();
  };
}
