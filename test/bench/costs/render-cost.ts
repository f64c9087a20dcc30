import { formatMs } from '../statistics.ts';
import type { Cost } from './costs.ts';
import { type Slope, slopesOf } from './slopes.ts';

const width = 640;
const height = 360;
const plot = { left: 76, right: width - 24, top: 92, bottom: height - 76 };

// A picture in a page is a separate document: it knows the reader's colour scheme, but none of the page's styles.
const style = `
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: #1f2328; font-size: 12px; }
.sheet { fill: #ffffff; }
.title { font-size: 18px; font-weight: 600; }
.small { fill: #59636e; }
.grid { stroke: #d1d9e0; }
.line { fill: none; stroke-width: 2; }
.own { stroke: #0a7f74; fill: #0a7f74; }
.peer { stroke: #bc6a16; fill: #bc6a16; }
.line.own, .line.peer { fill: none; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .sheet { fill: #0d1117; }
  .small { fill: #9198a1; }
  .grid { stroke: #30363d; }
  .own { stroke: #2bb3a3; fill: #2bb3a3; }
  .peer { stroke: #e09b4f; fill: #e09b4f; }
}`;

/** Time by size, one line for each program; both axes begin at zero, so that a straight line shows a constant cost. */
export function renderCost(cost: Cost, caption: string): string {
  const slopes = slopesOf(cost);
  const points = slopes.flatMap((slope) => slope.points);
  const most = { gib: Math.max(1, ...points.map(({ gib }) => gib)), ms: topOf(points) };
  const x = (gib: number): number => plot.left + ((plot.right - plot.left) * gib) / most.gib;
  const y = (ms: number): number => plot.bottom - ((plot.bottom - plot.top) * ms) / most.ms;
  const about = slopes.map(sentence).join(' ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title about">`,
    `<title id="title">${cost.title}</title>`,
    `<desc id="about">${about}</desc>`,
    `<style>${style}\n</style>`,
    `<rect class="sheet" width="${width}" height="${height}" rx="6"/>`,
    text(20, 34, 'title', cost.title),
    ...slopes.map((slope, i) => legend(slope, i)),
    ...[0, 0.25, 0.5, 0.75, 1].map((part) => {
      const at = round(y(most.ms * part));
      const line = `<line class="grid" x1="${plot.left}" x2="${plot.right}" y1="${at}" y2="${at}"/>`;
      return line + text(plot.left - 8, at + 4, 'small', formatMs(most.ms * part), 'end');
    }),
    ...cost.points.map(({ gib }) => text(x(gib), plot.bottom + 18, 'small', String(gib), 'middle')),
    text((plot.left + plot.right) / 2, plot.bottom + 38, 'small', cost.axis, 'middle'),
    ...slopes.map((slope, i) => {
      const path = slope.points.map(({ gib, ms }) => `${round(x(gib))} ${round(y(ms))}`).join('L');
      const dots = slope.points.map(
        ({ gib, ms }) =>
          `<circle class="${kindOf(i)}" cx="${round(x(gib))}" cy="${round(y(ms))}" r="3"/>`,
      );
      return `<path class="line ${kindOf(i)}" d="M${path}"/>${dots.join('')}`;
    }),
    text(20, height - 14, 'small', caption),
    '</svg>',
    '',
  ].join('\n');
}

function legend(slope: Slope, i: number): string {
  const y = 56 + 18 * i;
  return `<rect class="${kindOf(i)}" x="20" y="${y - 9}" width="10" height="10"/>${text(36, y, 'small', sentence(slope))}`;
}

function sentence({ program, slopeMs, startMs }: Slope): string {
  return `${program}: ${formatMs(Math.max(0, startMs))}, and ${formatMs(slopeMs)} for each GiB.`;
}

const kindOf = (i: number): string => (i === 0 ? 'own' : 'peer');

/** A round number above all shown values. */
function topOf(points: readonly { ms: number }[]): number {
  const most = Math.max(1, ...points.map(({ ms }) => ms));
  const step = 10 ** Math.floor(Math.log10(most));
  return Math.ceil(most / step) * step;
}

function text(x: number, y: number, kind: string, content: string, anchor = 'start'): string {
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${content}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
