/** Whether a dialog, menu or list of options is open: it takes Escape before what lies under it. */
export function overlayIsOpen(): boolean {
  // Lists of options stay in the page, hidden, after they were open once.
  return [...document.querySelectorAll('[role=dialog],[role=menu],[role=listbox]')].some((one) => one.checkVisibility());
}
