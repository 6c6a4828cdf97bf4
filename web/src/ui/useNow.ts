import { useEffect, useState } from 'react';

/** The present time, renewed every `every` milliseconds, for texts like "vor 5 Minuten". */
export function useNow(every = 30_000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
