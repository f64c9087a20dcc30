import type { BenchReport } from './bench-report.ts';
import type { JobOutcome, Outcome } from './contender.ts';
import type { Cost } from './costs/costs.ts';
import { slopesOf } from './costs/slopes.ts';
import { growthOf } from './large-cache/measure-hits.ts';
import type { LargeCache } from './large-cache/measure-large-cache.ts';
import { medianMs, ratiosOf } from './ratios.ts';
import { formatMiB, formatMs, formatRatio, median } from './statistics.ts';

/** The figures as a page of Markdown; `chart`: address of the picture, if there is one. */
export function renderMarkdown(report: BenchReport, chart: string | undefined): string {
  const { machine, runs, command, programs, leftOut, jobs, costs, warmHits, largeCache } = report;
  const tools = [...programs].map(([name, version]) => `${name.replace(/.*\//, '')} ${version}`);
  const parts = [
    '# Benchmark',
    chart === undefined
      ? ''
      : `![Time of each peer divided by the time of rootdisk, one bar a peer](${chart})`,
    [
      `Made on ${machine.date} by \`${command}\`: the built package and its peers side by side in one run, in turn, ${runs} ${runs === 1 ? 'time' : 'times'} each.`,
      'Times are medians of whole processes, their start included, with the shortest and the longest. Files are in the page cache before they are read.',
      'Everything that a program makes is compared with the expected bytes; a run that fails or makes other bytes gives no figure.',
    ].join('\n'),
    [
      '- **time**: until the program has ended.',
      '- **on disk**: until the file system has everything on disk. A download with rootdisk or systemd-pull waits for that before it ends; conversions and the other programs do not.',
      '- **peak memory**: most memory resident at once, shared libraries included.',
      '- **size**: what a file in a format that was written occupies.',
      "- **ratio**: the peer's time divided by rootdisk's, each until its program has ended. Above 1 rootdisk is faster.",
    ].join('\n'),
    jobs.length === 0 ? '' : table(jobs),
    ...costs.map((cost) => renderCostTable(cost, chart !== undefined)),
    warmHits === undefined
      ? ''
      : `## Warm cache\n\nA pinned reference whose disk is cached, in a process that keeps running: **${formatMs(warmHits.medianMs)}** (median of ${warmHits.calls}; ${formatMs(warmHits.minMs)} to ${formatMs(warmHits.maxMs)}). No request is made.`,
    largeCache === undefined ? '' : renderLargeCache(largeCache),
    leftOut.length === 0 ? '' : `## Left out\n\n${leftOut.map((text) => `- ${text}`).join('\n')}`,
    [
      '## Machine',
      '',
      `- ${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB of memory, ${machine.system}, ${machine.fileSystem}; load ${machine.load.toFixed(1)} when it began`,
      `- Node.js ${machine.node}; ${tools.join(', ')}`,
    ].join('\n'),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function renderCostTable(cost: Cost, isDrawn: boolean): string {
  const slopes = slopesOf(cost).map(
    ({ program, startMs, slopeMs }) =>
      `- ${program}: ${formatMs(Math.max(0, startMs))}, and ${formatMs(slopeMs)} for each GiB.`,
  );
  return [
    `## ${cost.title}`,
    isDrawn ? `![Time against ${cost.axis}](bench-${cost.id}.svg)` : '',
    table(cost.points.map(({ outcome }) => outcome)),
    slopes.join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function renderLargeCache({ hits, listing }: LargeCache): string {
  const sizes = hits[0]?.caches.map(({ disks }) => (disks === 1 ? 'one disk' : `${disks} disks`));
  const rows = hits.map((hit) => {
    const times = hit.caches.map(({ ms }) => formatMs(median(ms)));
    return `| ${[hit.title, ...times, formatRatio(growthOf(hit))].join(' | ')} |`;
  });
  const head = ['hit', ...(sizes ?? []), 'grows by'];
  const line = ['---', ...head.slice(1).map(() => '--:')];
  return [
    `## Large cache\n\nHits in a process that keeps running, medians of ${hits[0]?.caches[0]?.ms.length} calls, by the number of disks in the cache.`,
    [`| ${head.join(' | ')} |`, `| ${line.join(' | ')} |`, ...rows].join('\n'),
    table([listing]),
  ].join('\n\n');
}

function table(jobs: readonly JobOutcome[]): string {
  const head = ['job', 'program', 'time', 'on disk', 'peak memory', 'ratio', 'size'];
  const rows = jobs.flatMap((job) =>
    job.outcomes.map((outcome, i) => [i === 0 ? job.title : '', ...cells(job, outcome)]),
  );
  const notes = [...new Set(jobs.flatMap(({ note }) => note ?? []))];
  const lines = [head, ['---', '---', '--:', '--:', '--:', '--:', '--:'], ...rows];
  const text = lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
  return [text, ...notes].join('\n\n');
}

function cells(job: JobOutcome, outcome: Outcome): string[] {
  const { name, samples, failure } = outcome;
  if (failure !== undefined) {
    const why = failure.replaceAll('|', '\\|').replaceAll('\n', ' ');
    return [name, `no figure: ${why}`, '', '', '', ''];
  }
  const times = samples.map(({ ms }) => ms);
  const sizes = samples.flatMap(({ madeBytes }) => madeBytes ?? []);
  const ratio = ratiosOf(job).find(({ peer }) => peer === name);
  return [
    name,
    `${formatMs(medianMs(outcome))} (${formatMs(Math.min(...times))} to ${formatMs(Math.max(...times))})`,
    formatMs(median(samples.map(({ flushedMs }) => flushedMs))),
    formatMiB(median(samples.map(({ peakBytes }) => peakBytes))),
    ratio === undefined ? '' : formatRatio(ratio.ratio),
    sizes.length === 0 ? '' : formatMiB(median(sizes)),
  ];
}
