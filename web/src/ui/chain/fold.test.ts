import { describe, expect, it } from 'vitest';
import { fold, shorten, unfold } from './fold';

const text = (sequence: string) =>
  fold([...sequence])
    .map(({ ids, times }) => (times > 1 ? `(${ids.join('')})${times}` : ids.join('')))
    .join(' ');

describe('folding a chain', () => {
  it('counts repeats of one touchpoint and of blocks', () => {
    expect(text('ABC')).toBe('A B C');
    expect(text('AAAB')).toBe('(A)3 B');
    expect(text('XABABABY')).toBe('X (AB)3 Y');
    expect(text('ABCABC')).toBe('(ABC)2');
    expect(text('AABAAB')).toBe('(AAB)2');
    expect(text('')).toBe('');
  });

  it('gives the sequence back, whatever it is', () => {
    let seed = 7;
    const random = (n: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
    for (let i = 0; i < 300; i++) {
      const sequence = Array.from({ length: random(30) }, () => 'ABC'[random(3)]!);
      expect(unfold(fold(sequence))).toEqual(sequence);
    }
  });

  it('keeps head and tail of a long chain and says how much lies between', () => {
    const folds = fold([...'ABCDEFGHIJKLLLM']);
    const { head, hidden, tail } = shorten(folds, 6);
    expect(head.length + tail.length).toBe(6);
    expect(unfold(head).length + hidden + unfold(tail).length).toBe(15);
    expect(shorten(folds, 20).hidden).toBe(0);
  });
});
