import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Line, sha256, sha256File, startLine } from '../fixtures/line.ts';
import { makeImage } from './images.ts';
import { serve } from './serve.ts';
import { Injector } from './syscalls/injector.ts';

const injector = new Injector();
afterAll(() => injector.close());
const packed = makeImage('raw.gz', 1);
const published = makeImage('qcow2', 1);
let line: Line;
beforeEach(async () => {
  line = await startLine();
});
afterEach(() => line.close());

function offer({ file, layers, bytes }: typeof packed): void {
  line.offer({ release: '1', snapshot: '20260101', file, layers, digest: sha256(bytes) }, bytes);
}

describe.skipIf(injector.obstacle !== undefined)('file systems without some features', () => {
  test.each(['EINVAL', 'EIO', 'EACCES'])('folders that cannot be synced (%s)', async (fault) => {
    offer(packed);
    // The folder of the disks is synced directly, not through a file in it.
    const { report } = await injector.run(line, {}, { kind: 'open', path: 'images-v1$', fault });
    expect(await sha256File(report?.path ?? '')).toBe(sha256(packed.disk));
    expect(report?.warnings).toContainEqual({
      code: 'bookkeeping',
      message: expect.stringContaining('cannot be synced'),
    });
  });

  test.each(['EPERM', 'EOPNOTSUPP'])('does not support hard links (%s)', async (fault) => {
    offer(published);
    const options = { format: 'source', keepSource: true } as const;
    const { report } = await injector.run(line, options, { kind: 'link', fault });
    expect(await sha256File(report?.path ?? '')).toBe(sha256(published.bytes));
    expect(await sha256File(`${report?.path}.source`)).toBe(sha256(published.bytes));
    expect((await stat(`${report?.path}.source`)).mode & 0o777).toBe(0o444);
    expect(report?.warnings).toContainEqual({
      code: 'bookkeeping',
      message: expect.stringContaining('does not support hard links'),
    });
  });

  test('a continued download whose note cannot be written leaves no file open', async () => {
    offer(packed);
    const etag = '"1"';
    line.upstream.route(`images.acme.example/${packed.file}`, async (request, response) => {
      const { bytes } = packed;
      if (!(await serve(request, response, { bytes, etag }, bytes.length - 9))) response.destroy();
    });
    const staging = join(line.cacheDir, 'images-v1/.staging/acme_1_default_amd64_20260101.raw');
    const begun = await injector.run(line, {}, { kind: 'write', path: '/disk', fault: 'EIO' });
    expect(begun.report?.error?.code).toBe('ERR_CACHE_IO');
    expect(await readdir(staging)).toContain('download');
    const met = { kind: 'rename', path: 'download.json', fault: 'EIO' };
    const { report } = await injector.run(line, {}, met);
    expect(report?.error?.code).toBe('ERR_CACHE_IO');
    expect(report?.open).toEqual([]);
  });
});

test('a path that is too long for locks is refused before a byte is downloaded', async () => {
  offer(packed);
  const cacheDir = join(line.folder, ...Array.from({ length: 5 }, () => 'd'.repeat(90)));
  await expect(line.ensure('acme:1', { cacheDir })).rejects.toMatchObject({
    code: 'ERR_CACHE_IO',
    details: { errno: 'ENAMETOOLONG' },
    hint: expect.stringContaining('shorter path'),
  });
  expect(line.asked()).not.toContain(packed.file);
});
