/** How large a name can be printed in a box, and where its words may break. All lengths in the unit of the sheet. */

const soft = '\u00ad';
/** Parts that German compounds are joined by: a break after them reads well ("Auftrags-bestätigung"). */
const joints = /(ungs|ions|täts|heits|keits|schafts|ags|ings|ents)(?=\p{L}{4})/gu;
const long = 13;

/** The name with possible breaks in its long words; they show only where a line ends there. */
export function breakable(name: string): string {
  return name.replace(/\p{L}+/gu, (word) => (word.length < long ? word : word.replace(joints, `$1${soft}`)));
}

/** Average width of a letter in our type at medium weight, as a share of its size; generous, so that nothing is cut. */
const letter = 0.56;
const lineHeight = 1.14;

function linesAt(words: readonly string[], room: number): number {
  let lines = 1;
  let used = 0;
  for (const word of words) {
    const parts = word.split(soft);
    parts.forEach((part, i) => {
      const gap = i === 0 && used > 0 ? 1 : 0;
      const hyphen = i < parts.length - 1 ? 1 : 0;
      if (part.length + hyphen > room && used === 0) lines += Math.ceil((part.length + hyphen) / room) - 1;
      if (used > 0 && used + gap + part.length + hyphen > room) {
        lines += 1;
        used = part.length;
      } else used += gap + part.length;
    });
  }
  return lines;
}

/** The largest size at which the name fits into the box without breaking inside a word, or the least. */
export function sizeThatFits(name: string, box: { width: number; height: number }, most = 22, least = 12): number {
  const words = breakable(name).split(/\s+/).filter(Boolean);
  const longest = Math.max(1, ...words.flatMap((word) => word.split(soft).map((part, i, all) => part.length + (i < all.length - 1 ? 1 : 0))));
  for (let size = most; size > least; size -= 0.5) {
    const room = Math.floor(box.width / (size * letter));
    if (longest <= room && linesAt(words, room) * size * lineHeight <= box.height) return size;
  }
  return least;
}
