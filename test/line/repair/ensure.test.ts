import { readFile, truncate } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import '../../faults/hurry.ts';
import { damage } from '../../fixtures/damage.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../../fixtures/line.ts';

let line: Line;
let path: string;
const disk = makeDisk(1024 ** 2);
const packed = gzipSync(disk);
const build = { release: '1', snapshot: '1', file: 'acme.raw.gz', layers: ['gz', 'raw'] };
const digest = sha256(packed);

beforeEach(async () => {
  line = await startLine();
  line.offer({ ...build, digest }, packed);
  ({ path } = await line.ensure('acme@1'));
  await line.releaseAll();
  await damage(path);
  line.asked();
});
afterEach(() => line.close());

const index = 'images.acme.example/index.json';

describe('a damaged disk of a call with verify', () => {
  test.each<[string, string, () => unknown]>([
    ['whose build is no longer in the index', 'acme@1', () => line.upstream.route(index, '[]')],
    [
      'whose index is unreachable',
      'acme@1',
      () => line.upstream.route(index, 'busy', { status: 503 }),
    ],
    [
      'whose index is unreachable, requested by its release',
      'acme:1',
      () => line.upstream.route(index, 'busy', { status: 503 }),
    ],
  ])('%s is downloaded from its own address', async (_, reference, before) => {
    await line.ensure('acme:1');
    await line.releaseAll();
    before();
    const image = await line.ensure(reference, { verify: true });
    expect(image).toMatchObject({ path, origin: 'network', trust: { level: 'checksum' } });
    expect(image.trust.warnings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['damaged', 'stale']),
    );
    expect(await sha256File(path)).toBe(sha256(disk));
    expect(line.asked()).toContain('acme.raw.gz');
  });

  test('is downloaded again if it was truncated, too', async () => {
    await truncate(path, 4096);
    line.upstream.route(index, '[]');
    expect(await line.ensure('acme@1', { verify: true })).toMatchObject({ path });
    expect(await sha256File(path)).toBe(sha256(disk));
  });

  test('is refused with exit code 5 if it cannot be downloaded again, and keeps its place', async () => {
    const bytes = await readFile(path);
    line.upstream.route(index, '[]');
    line.upstream.route('images.acme.example/acme.raw.gz', 'gone', { status: 404 });
    const failure = line.ensure('acme@1', { verify: true });
    await expect(failure).rejects.toMatchObject({
      code: 'ERR_DIGEST',
      remedy: 'integrity',
      message: expect.stringContaining('is damaged on disk'),
    });
    expect((await readFile(path)).equals(bytes)).toBe(true);
  });

  test('is not downloaded from its own address if the index names it with another digest', async () => {
    const other = gzipSync(makeDisk(1024 ** 2, 2));
    line.offer({ ...build, digest: sha256(other) }, other);
    const image = await line.ensure('acme@1', { verify: true });
    expect(image.path).not.toBe(path);
    expect(image.digests).toContain(sha256(other));
  });
});
