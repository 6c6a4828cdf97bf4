import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import type { Graph } from '@/api';
import type { Formats } from '@/i18n';
import { channelIcon, colorsOf } from '@/ui';
import { arrow } from './GraphEdges';
import { boundsOf, edgeLook, heaviestOf, labelsOf, type Picture } from './GraphCanvas';
import { valueText } from './look';
import { END, START } from './model';
import { boxOf } from './route';
import { lineColour } from './scale';

export interface PictureWords {
  title: string;
  /** Filters and data basis, one line each. */
  lines: string[];
  legend: string;
  start: string;
  end: string;
  notMapped: string;
}

const font = "'Inter Variable', Inter, 'Segoe UI', system-ui, sans-serif";
const margin = 32;

/** The graph as it is shown, as an SVG document of its own: always on paper white, with title, filters and data basis. */
export function pictureSvg(graph: Graph, picture: Picture, words: PictureWords, format: Formats): { svg: string; width: number; height: number } {
  const colors = colorsOf('light');
  const bounds = boundsOf(picture);
  const head = 46 + words.lines.length * 19;
  const foot = 58;
  const width = Math.max(640, bounds.width + 2 * margin);
  const height = bounds.height + head + foot + 2 * margin;
  const out: string[] = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${font}">`,
    `<title>${xml(words.title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${colors.surface}"/>`,
    text(margin, margin + 16, words.title, 20, colors.ink, 600),
    ...words.lines.map((line, i) => text(margin, margin + 42 + i * 19, line, 13, colors.ink3)),
    `<g transform="translate(${margin - bounds.x} ${margin + head - bounds.y})">`,
  ];
  const heaviest = heaviestOf(picture);
  for (const edge of [...picture.edges].reverse()) {
    const look = edgeLook(picture, edge, heaviest);
    const colour = look.value === undefined ? colors.neutral : lineColour(colors, picture.scale.shade, look.t);
    const way = picture.routes.get(edge.id)!;
    out.push(
      `<g opacity="${round(look.opacity)}"><path d="${way.path}" fill="none" stroke="${colour}" stroke-width="${round(look.width)}"/>`,
      `<polygon points="${arrow(way, look.width)}" fill="${colour}"/></g>`,
    );
  }
  const most = Math.max(1, ...graph.nodes.map((node) => picture.numbers.nodeValue(node.touchpoint) ?? 0));
  for (const [id, cell] of picture.cells) {
    const box = boxOf(id, cell);
    const middle = box.x + box.width / 2;
    if (id === START || id === END) {
      out.push(
        `<circle cx="${middle}" cy="${box.y + box.height / 2}" r="${box.width / 2}" fill="${colors.accent}"/>`,
        text(middle, box.y + box.height + 16, id === START ? words.start : words.end, 12, colors.ink, 600, 'middle'),
        text(middle, box.y + box.height + 32, format.compact(graph.basis.instances), 12, colors.ink2, 400, 'middle'),
      );
      continue;
    }
    const node = picture.numbers.node(id)!;
    const value = picture.numbers.nodeValue(id) ?? node.events;
    const share = value / most;
    const dashes = node.mapped ? '' : ' stroke-dasharray="5 3"';
    out.push(
      `<g><title>${xml(node.mapped ? node.name : `${node.name} (${words.notMapped})`)}</title>`,
      `<rect x="${box.x}" y="${box.y}" width="${box.width}" height="${box.height}" rx="8" fill="${colors.surface}" stroke="${node.mapped ? '#8a9594' : '#a35d00'}" stroke-width="1.25"${dashes}/>`,
      ...wrap(node.name, 19, 2).map((line, i) => text(box.x + 10, box.y + 22 + i * 17, line, 15, colors.ink, 550)),
      icon(node.channel, box.x + 9, box.y + 60, colors.channel(node.channel)),
    );
    const number = format.compact(value);
    const barWidth = box.width - 50 - number.length * 7.4;
    out.push(
      `<rect x="${box.x + 32}" y="${box.y + 66}" width="${round(barWidth)}" height="4" rx="2" fill="#eef1f1"/>`,
      `<rect x="${box.x + 32}" y="${box.y + 66}" width="${round(Math.max(2, barWidth * share))}" height="4" rx="2" fill="${colors.count(0.35 + 0.65 * Math.sqrt(share))}"/>`,
      text(box.x + box.width - 10, box.y + 72, number, 12, colors.ink2, 400, 'end'),
      '</g>',
    );
  }
  const labels = labelsOf(picture, (value) => valueText(value, picture.numbers.measure, format));
  for (const label of labels) {
    out.push(
      `<rect x="${round(label.x)}" y="${round(label.y)}" width="${label.width}" height="${label.height}" rx="${label.height / 2}" fill="${colors.surface}" stroke="${colors.hairline}"/>`,
      text(round(label.x + label.width / 2), round(label.y + label.height / 2 + 4.3), label.text, 12, colors.ink2, 400, 'middle'),
    );
  }
  out.push('</g>', legend(picture, words, format, margin, height - margin - 34), '</svg>');
  return { svg: out.join(''), width, height };
}

function legend(picture: Picture, words: PictureWords, format: Formats, x: number, y: number): string {
  const colors = colorsOf('light');
  const steps = [0, 0.25, 0.5, 0.75, 1].map((at) => `<stop offset="${at}" stop-color="${lineColour(colors, picture.scale.shade, at)}"/>`);
  const [low, middle, high] = picture.scale.legend.map((value) => valueText(value, picture.numbers.measure, format));
  return [
    `<linearGradient id="scale">${steps.join('')}</linearGradient>`,
    text(x, y + 4, words.legend, 11, colors.ink2),
    `<rect x="${x}" y="${y + 11}" width="220" height="6" rx="3" fill="url(#scale)"/>`,
    text(x, y + 31, low!, 11, colors.ink3),
    text(x + 110, y + 31, middle!, 11, colors.ink3, 400, 'middle'),
    text(x + 220, y + 31, high!, 11, colors.ink3, 400, 'end'),
  ].join('');
}

/** The icon as the page draws it. (The server's renderer could print it, too, but would weigh 180 kB in every page.) */
function icon(channel: string | undefined, x: number, y: number, colour: string): string {
  const Shape = channelIcon(channel);
  const host = document.createElement('div');
  const root = createRoot(host);
  flushSync(() => root.render(<Shape size={15} stroke={1.75} color={colour} />));
  const markup = new XMLSerializer().serializeToString(host.firstElementChild!);
  root.unmount();
  return `<g transform="translate(${x} ${y})">${markup}</g>`;
}

function text(x: number, y: number, words: string, size: number, colour: string, weight = 400, anchor = 'start'): string {
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${colour}" font-weight="${weight}" text-anchor="${anchor}">${xml(words)}</text>`;
}

/** Breaks at blanks into lines of at most so many characters; what does not fit ends in an ellipsis. */
export function wrap(name: string, width: number, lines: number): string[] {
  const out: string[] = [];
  let rest = name.trim();
  while (rest.length > 0 && out.length < lines) {
    if (rest.length <= width) {
      out.push(rest);
      return out;
    }
    const last = out.length === lines - 1;
    const blank = rest.lastIndexOf(' ', width);
    const cut = last ? width - 1 : blank > width / 3 ? blank : width;
    out.push(last ? `${rest.slice(0, cut).trimEnd()}…` : rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  return out;
}

const xml = (words: string) => words.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '');
const round = (value: number) => Math.round(value * 100) / 100;

/** The same picture in pixels, twice as fine as on the screen, as far as a canvas can hold it. */
export async function picturePng(svg: string, width: number, height: number): Promise<Blob> {
  const scale = Math.min(2, 16_000 / Math.max(width, height));
  const style = await fontStyle();
  const blob = new Blob([svg.replace(/<title>/, `<defs><style>${style}</style></defs><title>`)], { type: 'image/svg+xml' });
  const url = URL.createObjectURL(blob);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => canvas.toBlob((made) => (made ? resolve(made) : reject(new Error('canvas'))), 'image/png'));
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** The page's own type, written into the picture: an image sees no font of the page. */
async function fontStyle(): Promise<string> {
  for (const sheet of document.styleSheets) {
    let rules: CSSRuleList;
    try {
      rules = sheet.cssRules;
    } catch {
      continue;
    }
    for (const rule of rules) {
      if (!(rule instanceof CSSFontFaceRule) || !rule.style.getPropertyValue('font-family').includes('Inter Variable')) continue;
      if (!rule.style.getPropertyValue('unicode-range').startsWith('U+0-FF') && !/U\+0{1,4}-0{0,2}FF/.test(rule.style.getPropertyValue('unicode-range'))) continue;
      const source = /url\("?([^")]+)"?\)/.exec(rule.style.getPropertyValue('src'))?.[1];
      if (!source) continue;
      const bytes = new Uint8Array(await (await fetch(new URL(source, sheet.href ?? document.baseURI))).arrayBuffer());
      let binary = '';
      for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
      return `@font-face{font-family:'Inter Variable';font-weight:100 900;src:url(data:font/woff2;base64,${btoa(binary)}) format('woff2')}`;
    }
  }
  return '';
}
