import { useCallback, useRef, useState } from 'react';

/** Whether an element's content is wider or higher than itself: only then must the keyboard be able to scroll it. */
export function useOverflow() {
  const [overflows, setOverflows] = useState(false);
  const observer = useRef<ResizeObserver | null>(null);
  const ref = useCallback((element: HTMLElement | null) => {
    observer.current?.disconnect();
    observer.current = null;
    if (!element) return;
    const look = () => setOverflows(element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1);
    observer.current = new ResizeObserver(look);
    observer.current.observe(element);
    if (element.firstElementChild) observer.current.observe(element.firstElementChild);
    look();
  }, []);
  return { ref, overflows };
}
