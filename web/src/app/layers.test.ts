import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((f) => /\.tsx?$/.test(f) && !/\.test\.tsx?$/.test(f));

/** "features/imports", "ui", "api" … that a file belongs to. */
function unit(path: string): string {
  const [first, second] = path.split('/');
  return first === 'features' ? `features/${second}` : first!;
}
function imports(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)]
    .map((m) => m[1]!)
    .filter((m) => m.startsWith('@/') || m.startsWith('.'))
    .map((m) => (m.startsWith('@/') ? m.slice(2) : relative(root, normalize(join(root, dirname(file), m)))));
}

describe('layers', () => {
  it('features do not import one another, nor the shell', () => {
    const wrong = files
      .filter((f) => f.startsWith('features/'))
      .flatMap((f) => imports(f).filter((i) => (i.startsWith('features/') && unit(i) !== unit(f)) || i.startsWith('app/')).map((i) => `${f} → ${i}`));
    expect(wrong).toEqual([]);
  });
  it('ui, api and i18n do not know what is above them', () => {
    const above: Record<string, RegExp> = { i18n: /^(ui|api|app|features)\b/, api: /^(ui|app|features)\b/, ui: /^(app|features)\b/ };
    const wrong = files.flatMap((f) => imports(f).filter((i) => above[unit(f)]?.test(i)).map((i) => `${f} → ${i}`));
    expect(wrong).toEqual([]);
  });
  it('files stay readable', () => {
    const long = files.filter((f) => f !== 'api/schema.ts' && readFileSync(join(root, f), 'utf8').split('\n').length > 500);
    expect(long).toEqual([]);
  });
});
