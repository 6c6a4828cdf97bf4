import type { Box, Point } from './route';

export interface Wanted {
  id: string;
  text: string;
  points: readonly Point[];
}
export interface Label extends Box {
  id: string;
  text: string;
}

const air = 2;

/** Width of a label's text in the picture's font, generously. */
export function textWidth(text: string, size = 12): number {
  return Math.ceil(text.length * size * 0.6 + size * 0.9);
}

/**
 * Places labels along their edges such that none touches another or a node's box; `wanted` in the order of importance.
 * An edge whose every point is taken gets none here: its number stands in the tooltip, the table and the panel.
 */
export function placeLabels(wanted: readonly Wanted[], boxes: readonly Box[], size = 12): Label[] {
  const height = Math.round(size * 1.6);
  const grid = new Grid();
  for (const box of boxes) grid.add(box);
  const labels: Label[] = [];
  for (const { id, text, points } of wanted) {
    const width = textWidth(text, size);
    // From the middle outwards, where the label is furthest from both arrows.
    const order = points.map((_, i) => i).sort((a, b) => Math.abs(a - (points.length - 1) / 2) - Math.abs(b - (points.length - 1) / 2));
    for (const i of order) {
      const at = points[i]!;
      const label = { id, text, x: at.x - width / 2, y: at.y - height / 2, width, height };
      if (grid.touches(label)) continue;
      grid.add(label);
      labels.push(label);
      break;
    }
  }
  return labels;
}

/** Boxes by coarse square, so that a test looks at neighbours only. */
class Grid {
  private static readonly size = 200;
  private readonly squares = new Map<string, Box[]>();

  private each(box: Box, visit: (square: string) => boolean): boolean {
    const s = Grid.size;
    for (let x = Math.floor((box.x - air) / s); x <= Math.floor((box.x + box.width + air) / s); x++) {
      for (let y = Math.floor((box.y - air) / s); y <= Math.floor((box.y + box.height + air) / s); y++) {
        if (visit(`${x} ${y}`)) return true;
      }
    }
    return false;
  }
  add(box: Box) {
    this.each(box, (square) => {
      const list = this.squares.get(square);
      if (list) list.push(box);
      else this.squares.set(square, [box]);
      return false;
    });
  }
  touches(box: Box): boolean {
    return this.each(box, (square) => (this.squares.get(square) ?? []).some((other) => overlap(box, other)));
  }
}

export function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width + air && b.x < a.x + a.width + air && a.y < b.y + b.height + air && b.y < a.y + a.height + air;
}
