import { sheetStyle } from '../../bench/render-svg.ts';

/** A line through points, both axes logarithmic. */
interface Series {
  name: string;
  kind: 'faster' | 'slower' | 'plain';
  points: readonly [x: number, y: number][];
}

export interface Panel {
  title: string;
  series: readonly Series[];
  /** Format of a value at its point. */
  show: (value: number) => string;
}

const panelWidth = 390;
const width = 2 * panelWidth + 40;
const height = 380;
const top = 122;
const bottom = 310;
const left = 56;
const right = panelWidth - 40;
const strokes = { faster: '#0a7f74', slower: '#bc6a16', plain: '#59636e' } as const;

/** Two panels side by side over the number of hosts. */
export function renderChart(title: string, panels: readonly Panel[], caption: string): string {
  const about = panels.flatMap(({ title, series, show }) =>
    series.map(
      ({ name, points }) =>
        `${title}, ${name}: ${points.map(([x, y]) => `${show(y)} at ${x}`).join(', ')}.`,
    ),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-16 0 ${width + 32} ${height}" width="${width + 32}" height="${height}" role="img" aria-labelledby="title about">`,
    `<title id="title">${escaped(title)}</title>`,
    `<desc id="about">${escaped(about.join(' '))}</desc>`,
    `<style>${sheetStyle}\n</style>`,
    `<rect class="sheet" x="-16" y="0" width="${width + 32}" height="${height}" rx="6"/>`,
    label(0, 34, 'title', title),
    ...panels.map((panel, i) => drawPanel(panel, i * (panelWidth + 40))),
    label(0, height - 12, 'small', caption),
    '</svg>',
    '',
  ].join('\n');
}

function drawPanel({ title, series, show }: Panel, shift: number): string {
  const all = series.flatMap(({ points }) => points);
  const xs = powersAround(all.map(([x]) => x));
  const ys = powersAround(all.map(([, y]) => y));
  const x = scaleOf(xs, left, right);
  const y = scaleOf(ys, bottom, top);
  return [
    `<g transform="translate(${shift} 0)">`,
    label(0, 66, 'group', title),
    ...xs.map((value) => label(x(value), bottom + 18, 'small', `${value}`, 'middle')),
    label((left + right) / 2, bottom + 36, 'small', 'hosts', 'middle'),
    ...ys.flatMap((value) => [
      `<line class="grid" x1="${left}" x2="${right}" y1="${at(y(value))}" y2="${at(y(value))}"/>`,
      label(left - 6, y(value) + 4, 'small', `${value}`, 'end'),
    ]),
    ...series.map((one, i) => drawSeries(one, x, y, show, i)),
    '</g>',
  ].join('\n');
}

function drawSeries(
  { name, kind, points }: Series,
  x: (value: number) => number,
  y: (value: number) => number,
  show: (value: number) => string,
  row: number,
): string {
  const path = points.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${at(x(px))} ${at(y(py))}`);
  const dashes = kind === 'plain' ? ' stroke-dasharray="4 4"' : '';
  const last = points.at(-1);
  return [
    `<path d="${path.join('')}" fill="none" stroke="${strokes[kind]}" stroke-width="2"${dashes}/>`,
    ...points.map(
      ([px, py]) =>
        `<circle cx="${at(x(px))}" cy="${at(y(py))}" r="3" fill="${strokes[kind]}"><title>${escaped(`${name}: ${show(py)}`)}</title></circle>`,
    ),
    last === undefined ? '' : label(x(last[0]) + 6, y(last[1]) + 4, 'value', show(last[1])),
    `<line x1="${left}" x2="${left + 20}" y1="${top - 38 + row * 16}" y2="${top - 38 + row * 16}" stroke="${strokes[kind]}" stroke-width="2"${dashes}/>`,
    label(left + 26, top - 34 + row * 16, 'small', name),
  ].join('\n');
}

function powersAround(values: readonly number[]): number[] {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
}

function scaleOf(powers: readonly number[], from: number, to: number): (value: number) => number {
  const [first = 1, last = 10] = [powers[0], powers.at(-1)];
  return (value) => from + ((to - from) * Math.log10(value / first)) / Math.log10(last / first);
}

function label(x: number, y: number, kind: string, text: string, anchor = 'start'): string {
  return `<text class="${kind}" x="${at(x)}" y="${at(y)}" text-anchor="${anchor}">${escaped(text)}</text>`;
}

const at = (value: number): number => Math.round(value * 10) / 10;

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
