import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseSize } from '../../src/cli/args/values.ts';
import { defaultLimits, type Limits } from '../../src/index.ts';
import { startUpstream, type Upstream } from '../../src/testing/upstream.ts';
import { type Line, makeDisk, startLine } from '../fixtures/line.ts';
import { client, collect, mirrorOf, site } from '../http/client.ts';

/** The value of a limit in a hint; the given one if the hint has none. */
function valueIn(hint: unknown, name: keyof Limits, otherwise: number): number {
  const [, named, value = ''] = /--limit (\w+)=(\w+)/.exec(String(hint)) ?? [];
  expect(named).toBe(name);
  return value === 'N' ? otherwise : parseSize(value, 'limit');
}

async function refusalOf(work: Promise<unknown>): Promise<Record<string, unknown>> {
  return work.then(
    () => expect.unreachable('accepted'),
    (error: unknown) => Object(error),
  );
}

const disk = makeDisk();
const build = { release: '1', snapshot: '20260101', file: 'acme.raw', layers: ['raw'] };
const image = 'images.acme.example/acme.raw';

/** Each limit of a transfer: the answer of upstream, the limit that is too low, and one that is high enough. */
const cases: [keyof Limits, number, number, code: string, (line: Line) => void][] = [
  ['downloadBytes', 1000, disk.length, 'ERR_LIMIT', () => {}],
  [
    'downloadBytes',
    1000,
    disk.length,
    'ERR_LIMIT',
    ({ upstream }) => {
      // Without a length in its header.
      upstream.route(image, (_, response) => {
        response.write(disk.subarray(0, 5000));
        response.end(disk.subarray(5000));
      });
    },
  ],
  ['metadataBytes', 10, 100_000, 'ERR_METADATA', () => {}],
  [
    'redirects',
    2,
    3,
    'ERR_REDIRECT',
    ({ upstream }) => {
      const hops = ['acme.raw', 'first', 'second', 'last'];
      for (const [index, to] of hops.entries()) {
        const before = hops[index - 1];
        if (before === undefined) continue;
        const from = `images.acme.example/${before}`;
        const location = `/images.acme.example/${to}`;
        upstream.route(from, (_, response) => {
          response.writeHead(302, { location });
          response.end();
        });
      }
      upstream.route('images.acme.example/last', disk);
    },
  ],
];

describe.each(cases)('%s of %i', (name, low, enough, code, arrange) => {
  let line: Line;
  beforeEach(async () => {
    line = await startLine();
    line.offer(build, disk);
    arrange(line);
  });
  afterEach(() => line.close());

  test('is refused, and the image arrives once it is raised as the hint says', async () => {
    const refusal = await refusalOf(line.ensure('acme:1', { limits: { [name]: low } }));
    expect(refusal['code']).toBe(code);
    expect(await line.visible()).toEqual([]);
    const raised = valueIn(refusal['hint'], name, enough);
    const made = await line.ensure('acme:1', { limits: { [name]: raised } });
    expect(made.virtualSize).toBe(disk.length);
  });
});

describe('leastBytesPerSecond', () => {
  let upstream: Upstream;
  beforeEach(async () => {
    upstream = await startUpstream();
  });
  afterEach(() => upstream.close());

  test('a slow transfer is refused, and succeeds once it is lowered as the hint says', async () => {
    const body = disk.subarray(0, 60_000);
    upstream.route('slow.img', body, { bytesPerSecond: 200_000 });
    const read = async (leastBytesPerSecond: number): Promise<Uint8Array> => {
      const limits = { ...defaultLimits, leastBytesPerSecond };
      const tuning = { paceMs: 60, attempts: 1 };
      const http = client({ mirrors: mirrorOf(upstream), limits, tuning });
      return collect((await http.openBody(new URL('slow.img', site))).chunks);
    };
    const refusal = await refusalOf(read(50_000_000));
    expect(refusal['code']).toBe('ERR_STALLED');
    expect(refusal['hint']).toContain('lower');
    const lowered = valueIn(refusal['hint'], 'leastBytesPerSecond', 1);
    expect(Buffer.compare(await read(lowered), body)).toBe(0);
  });
});
