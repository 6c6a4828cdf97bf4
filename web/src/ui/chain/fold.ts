/** A stretch of a chain: these touchpoints, so many times in a row. */
export interface Fold {
  ids: string[];
  times: number;
  /** Place of the first of them in the sequence. */
  at: number;
}

const longestBlock = 4;

/**
 * Writes repeats once: A A A → A ×3, A B A B → (A B) ×2. Of the blocks that could begin at a place the one that saves
 * most is taken, the shorter among equals; unfolding gives the sequence again.
 */
export function fold(sequence: readonly string[]): Fold[] {
  const folds: Fold[] = [];
  let at = 0;
  while (at < sequence.length) {
    let length = 1;
    let times = 1;
    let saved = 0;
    for (let block = 1; block <= longestBlock && at + 2 * block <= sequence.length; block++) {
      let repeats = 1;
      while (repeated(sequence, at, block, repeats)) repeats++;
      if (block * (repeats - 1) > saved) [length, times, saved] = [block, repeats, block * (repeats - 1)];
    }
    folds.push({ ids: sequence.slice(at, at + length), times, at });
    at += length * times;
  }
  return folds;
}

function repeated(sequence: readonly string[], at: number, block: number, times: number): boolean {
  const from = at + block * times;
  if (from + block > sequence.length) return false;
  for (let i = 0; i < block; i++) if (sequence[from + i] !== sequence[at + i]) return false;
  return true;
}

export function unfold(folds: readonly Fold[]): string[] {
  return folds.flatMap(({ ids, times }) => Array.from({ length: times }, () => ids).flat());
}

/** Head and tail of a long chain, and how many touchpoints lie between. */
export function shorten(folds: readonly Fold[], most: number): { head: Fold[]; hidden: number; tail: Fold[] } {
  if (folds.length <= most) return { head: [...folds], hidden: 0, tail: [] };
  const tail = Math.max(1, Math.floor(most / 3));
  const head = most - tail;
  const between = folds.slice(head, folds.length - tail);
  return {
    head: folds.slice(0, head),
    hidden: between.reduce((sum, { ids, times }) => sum + ids.length * times, 0),
    tail: folds.slice(folds.length - tail),
  };
}
