import type { JobOutcome } from './contender.ts';
import { type Ratio, ratiosOf } from './ratios.ts';
import { formatRatio } from './statistics.ts';

const width = 860;
const labelWidth = 252;
const plotLeft = labelWidth + 12;
const plotRight = width - 76;
const top = 92;
const rowHeight = 24;
const barHeight = 14;
const groupHeight = 40;

// A picture in a page is a separate document: it knows the reader's colour scheme, but none of the page's styles.
export const sheetStyle = `
text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; fill: #1f2328; }
.sheet { fill: #ffffff; }
.title { font-size: 18px; font-weight: 600; }
.small { font-size: 12px; fill: #59636e; }
.group { font-size: 13px; font-weight: 600; }
.label { font-size: 13px; }
.value { font-size: 12px; font-weight: 600; font-variant-numeric: tabular-nums; }
.grid { stroke: #d1d9e0; stroke-width: 1; }
.one { stroke: #59636e; stroke-width: 1.5; }
.faster { fill: #0a7f74; }
.slower { fill: #bc6a16; }
.spread { stroke: #1f2328; stroke-width: 1.25; stroke-opacity: 0.6; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .sheet { fill: #0d1117; }
  .small { fill: #9198a1; }
  .grid { stroke: #30363d; }
  .one { stroke: #9198a1; }
  .faster { fill: #2bb3a3; }
  .slower { fill: #e09b4f; }
  .spread { stroke: #f0f6fc; }
}`;

/**
 * Bars of every peer that does the same work: to the right of 1 if rootdisk is faster, to the left if the peer is. The
 * axis is logarithmic, so that twice as fast and half as fast are equally far from 1.
 */
export function renderSvg(jobs: readonly JobOutcome[], caption: string): string {
  const groups = jobs.map((job) => ({
    title: job.title,
    ratios: ratiosOf(job).filter(({ floor }) => !floor),
  }));
  const shown = groups.filter(({ ratios }) => ratios.length > 0);
  const ticks = ticksFor(shown.flatMap(({ ratios }) => ratios));
  const x = scale(ticks);
  const body: string[] = [];
  let y = top;
  for (const { title, ratios } of shown) {
    y += groupHeight;
    body.push(text(0, y - 11, 'group', title));
    for (const ratio of ratios) {
      body.push(row(ratio, y, x));
      y += rowHeight;
    }
  }
  const bottom = y + 6;
  const height = bottom + 52;
  const about = shown.flatMap(({ ratios }) => ratios).map(sentence);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-16 0 ${width + 32} ${height}" width="${width + 32}" height="${height}" role="img" aria-labelledby="title about">`,
    '<title id="title">Time of each peer divided by the time of rootdisk</title>',
    `<desc id="about">${escapeText(about.join(' '))}</desc>`,
    `<style>${sheetStyle}\n</style>`,
    `<rect class="sheet" x="-16" y="0" width="${width + 32}" height="${height}" rx="6"/>`,
    text(0, 34, 'title', 'How long the peer takes for the same work'),
    text(
      0,
      56,
      'small',
      'time of the peer ÷ time of rootdisk; lines: the spread of the single runs',
    ),
    text(x(1) + 10, top - 2, 'small', 'rootdisk is faster →'),
    text(x(1) - 10, top - 2, 'small', '← the peer is faster', 'end'),
    ...ticks.map((tick) => axis(tick, x(tick), top + 8, bottom)),
    ...body,
    text(0, height - 12, 'small', caption),
    '</svg>',
    '',
  ].join('\n');
}

function row({ peer, ratio, min, max }: Ratio, y: number, x: (ratio: number) => number): string {
  const middle = y + barHeight / 2;
  const left = Math.min(x(1), x(ratio));
  const length = Math.max(1, Math.abs(x(ratio) - x(1)));
  const kind = ratio >= 1 ? 'faster' : 'slower';
  const end = ratio >= 1 ? Math.max(x(ratio), x(max), x(1)) + 8 : Math.max(x(1), x(max)) + 8;
  return [
    text(labelWidth, middle + 4, 'label', peer, 'end'),
    `<rect class="${kind}" x="${round(left)}" y="${y}" width="${round(length)}" height="${barHeight}" rx="2"/>`,
    `<path class="spread" d="M${round(x(min))} ${middle}H${round(x(max))}M${round(x(min))} ${middle - 3}v6M${round(x(max))} ${middle - 3}v6"/>`,
    text(end, middle + 4, 'value', formatRatio(ratio)),
  ].join('\n');
}

/** Powers of two around all shown values, at least from ½ to 2. */
function ticksFor(ratios: readonly Ratio[]): number[] {
  const low = Math.min(0.5, ...ratios.map(({ ratio, min }) => Math.min(ratio, min)));
  const high = Math.max(2, ...ratios.map(({ ratio, max }) => Math.max(ratio, max)));
  const first = Math.floor(Math.log2(low));
  const count = Math.ceil(Math.log2(high)) - first + 1;
  return Array.from({ length: count }, (_, i) => 2 ** (first + i));
}

function scale(ticks: readonly number[]): (ratio: number) => number {
  const [first = 1, last = 2] = [ticks[0], ticks.at(-1)];
  const span = Math.log2(last / first);
  return (ratio) => plotLeft + ((plotRight - plotLeft) * Math.log2(ratio / first)) / span;
}

function axis(tick: number, x: number, from: number, to: number): string {
  const name = tick >= 1 ? String(tick) : `1/${1 / tick}`;
  return [
    `<line class="${tick === 1 ? 'one' : 'grid'}" x1="${round(x)}" x2="${round(x)}" y1="${from}" y2="${to}"/>`,
    text(x, to + 16, 'small', `${name}×`, 'middle'),
  ].join('\n');
}

function text(x: number, y: number, kind: string, content: string, anchor = 'start'): string {
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${escapeText(content)}</text>`;
}

function sentence({ job, peer, ratio }: Ratio): string {
  return `${job}: ${peer} takes ${ratio.toFixed(2)} times as long.`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escapeText(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
