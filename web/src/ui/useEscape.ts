import { useEffect, useRef } from 'react';
import { overlayIsOpen } from './overlay';

const field = 'input:not([type=checkbox], [type=radio], [type=range]), textarea, [contenteditable=true]';

/**
 * Calls `onEscape` where no menu, dialog or list of options takes the key itself. In a field to write in, the first Escape
 * leaves the field: what was written must not vanish by a key that closes lists elsewhere.
 */
export function useEscape(active: boolean, onEscape: () => void) {
  const latest = useRef(onEscape);
  useEffect(() => {
    latest.current = onEscape;
  }, [onEscape]);
  useEffect(() => {
    if (!active) return;
    // Asked on the way down: on the way up what took the key is closed already.
    let taken = false;
    const onWayDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape') taken = overlayIsOpen();
    };
    const onWayUp = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || taken) return;
      if (event.target instanceof HTMLElement && event.target.matches(field)) event.target.blur();
      else latest.current();
    };
    window.addEventListener('keydown', onWayDown, true);
    window.addEventListener('keydown', onWayUp);
    return () => {
      window.removeEventListener('keydown', onWayDown, true);
      window.removeEventListener('keydown', onWayUp);
    };
  }, [active]);
}
