import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { mkdtemp, open, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureImage, isImageError } from '../../../src/index.ts';
import { startUpstream, type Upstream } from '../../../src/testing/index.ts';
import { type ConvertJob, type ConvertOutcome, writeJobs } from './convert-rows.ts';
import { declareRow, limitOf } from './declare-row.ts';
import { type ImageRow, readImage, readImageRows } from './image-rows.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const program = fileURLToPath(new URL('convert-rows.ts', import.meta.url));
const MiB = 1024 ** 2;

const good = readImageRows('good');
const bad = readImageRows('bad');

let folder: string;
let upstream: Upstream;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'rootdisk-samples-')));
  upstream = await startUpstream();
});
afterAll(async () => {
  await upstream.close();
  await rm(folder, { recursive: true, force: true });
});

interface Converted {
  outcomes: ConvertOutcome[];
  peakBytes: number;
}

/** All rows in one process that may only read the samples and the package, and write below its folder. */
async function convertRows(rows: readonly ImageRow[]): Promise<Converted> {
  const base = await mkdtemp(join(folder, 'rows-'));
  const jobs: ConvertJob[] = [];
  for (const [index, row] of rows.entries()) {
    // A neutral name proves that the result does not depend on the name.
    const file = join(base, `input-${index}`);
    await writeFile(file, readImage(row));
    jobs.push({ file, ...declareRow(row), virtualBytes: limitOf(row) });
  }
  await writeJobs(join(base, 'jobs.json'), jobs);
  const allowed = [
    `--allow-fs-read=${root}`,
    `--allow-fs-read=${base}`,
    `--allow-fs-write=${base}`,
  ];
  const flags = ['--permission', ...allowed, '--allow-addons', '--allow-worker', '--no-warnings'];
  const { stdout } = await run(
    process.execPath,
    [...flags, program, join(base, 'jobs.json'), base],
    {
      maxBuffer: 64 * MiB,
      env: { ...process.env, TMPDIR: base },
    },
  );
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { peakBytes } = lines.pop();
  return { outcomes: lines, peakBytes };
}

describe(`all ${good.length} good rows`, () => {
  let converted: Converted;
  beforeAll(async () => {
    converted = await convertRows(good);
  }, 600_000);

  test('decode to the stated bytes', async () => {
    const wrong: string[] = [];
    for (const [index, row] of good.entries()) {
      const outcome = converted.outcomes[index];
      const verdict = await judge(row, outcome);
      if (verdict !== undefined) wrong.push(`${row.file} (${row.member}): ${verdict}`);
    }
    expect(wrong).toEqual([]);
  }, 600_000);

  test('in limited memory', () => {
    expect(converted.peakBytes).toBeLessThan(512 * MiB);
  });
});

/** The error in the result of a good row; some may be refused as unsupported, which the notes say. */
async function judge(
  row: ImageRow,
  outcome: ConvertOutcome | undefined,
): Promise<string | undefined> {
  if (outcome?.output === undefined) {
    const may =
      row.notes.startsWith('optional;') &&
      /unsupported-feature|trailing-data|limit/.test(outcome?.reason ?? '');
    return may ? undefined : `${outcome?.reason}: ${outcome?.message}`;
  }
  const probes = readProbes(row.file);
  if (row.sha256 === '-') return probe(outcome.output, probes);
  const hash = createHash('sha256');
  const stream = createReadStream(outcome.output, { highWaterMark: MiB });
  for await (const chunk of stream) hash.update(chunk);
  const digest = hash.digest('hex');
  // The notes contain a second correct reading.
  return digest === row.sha256 || row.notes.includes(digest) ? undefined : 'other bytes';
}

interface Range {
  offset: number;
  length: number;
  sha256: string;
}

function readProbes(file: string): Range[] {
  const samples = process.env['ROOTDISK_SAMPLES'] ?? '';
  const text = readFileSync(join(samples, 'images/good/PROBES.tsv'), 'utf8');
  return text
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([name]) => name === file)
    .map(([, offset, length, sha256 = '']) => ({
      offset: Number(offset),
      length: Number(length),
      sha256,
    }));
}

async function probe(path: string, ranges: Range[]): Promise<string | undefined> {
  if (ranges.length === 0) return 'no probes';
  const handle = await open(path);
  try {
    for (const { offset, length, sha256 } of ranges) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset);
      if (createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex') !== sha256)
        return `other bytes at ${offset}`;
    }
    return undefined;
  } finally {
    await handle.close();
  }
}

describe(`all ${bad.length} bad rows`, () => {
  let converted: Converted;
  beforeAll(async () => {
    converted = await convertRows(bad);
  }, 600_000);

  test('are refused for an accepted reason, and leave no file', () => {
    const wrong = bad.flatMap((row, index) => {
      const outcome = converted.outcomes[index];
      if (row.isPolicy) return [];
      if (outcome?.output !== undefined) return [`${row.file}: accepted`];
      const { reason = '', message, left = [] } = outcome ?? {};
      if (left.length > 0) return [`${row.file}: left ${left}`];
      if (row.reasons.includes(reason)) return [];
      if (reason === 'ERR_DIGEST' && row.reasons.includes('checksum')) return [];
      return [`${row.file}: ${reason} instead of ${row.reasons.join('|')} (${message})`];
    });
    expect(wrong).toEqual([]);
  });

  test('within ten seconds each and in limited memory', () => {
    expect(converted.outcomes.filter(({ ms }) => ms > 10_000)).toEqual([]);
    expect(converted.peakBytes).toBeLessThan(512 * MiB);
  });
});

test('none of the bad ones passes through ensure over HTTP, and the cache stays empty', async () => {
  const accepted: string[] = [];
  // Without a declaration some are read by their content, which is correct.
  const refused = bad.filter((row) => !row.isPolicy && !row.notes.includes('declared='));
  for (const row of refused) {
    const bytes = readImage(row);
    upstream.route('image', bytes);
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const options = {
      digest,
      cacheDir: join(folder, 'cache'),
      limits: { virtualBytes: 1024 ** 4 },
    };
    const refusal: unknown = await ensureImage(`${upstream.url}image`, options).catch(
      (e: unknown) => e,
    );
    if (!isImageError(refusal)) accepted.push(`${row.file}: ${refusal}`);
  }
  expect(accepted).toEqual([]);
  const { readdir } = await import('node:fs/promises');
  const left = await readdir(join(folder, 'cache', 'images-v1'), { recursive: true });
  expect(left.filter((name) => /\.raw|disk|download/.test(name.replace(/^\.locks.*/, '')))).toEqual(
    [],
  );
}, 600_000);
