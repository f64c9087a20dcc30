import { chmod, mkdir, rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EnsureOptions } from '../../src/core.ts';
import { buildQcow2Image } from '../../src/testing/qcow2-image.ts';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../fixtures/line.ts';

let line: Line;
const disk = makeDisk(1024 ** 2);
const packed = gzipSync(disk);
const { bytes: qcow2 } = buildQcow2Image({
  virtualSize: disk.length,
  extents: [{ position: 0, bytes: disk.subarray(0, 256 * 1024) }],
});
beforeEach(async () => {
  line = await startLine();
});
afterEach(() => line.close());

const cases: [string, EnsureOptions, string[], Uint8Array, string][] = [
  ["the vendor's own file", { format: 'source' }, ['qcow2'], qcow2, 'qcow2'],
  ['a raw disk', {}, ['gz', 'raw'], packed, 'raw'],
  ['a raw disk with its download', { keepSource: true }, ['gz', 'raw'], packed, 'raw'],
  [
    "the vendor's own file, kept twice",
    { format: 'source', keepSource: true },
    ['qcow2'],
    qcow2,
    'qcow2',
  ],
];

for (const isKilled of [false, true]) {
  const how = isKilled ? 'was killed' : 'failed';
  test.each(cases)(
    `publishing %s that ${how} needs no second download`,
    async (...[, options, layers, bytes, format]) => {
      const file = `acme.${layers.join('.')}`;
      line.offer({ release: '1', snapshot: '1', file, layers, digest: sha256(bytes) }, bytes);
      const images = join(line.cacheDir, 'images-v1');
      const name = `acme_1_default_amd64_1.${format}`;
      // A folder in the place of the last file but one.
      await mkdir(join(images, `${name}.evidence`), { recursive: true });
      await expect(line.ensure('acme:1', options)).rejects.toMatchObject({ remedy: 'cache' });
      expect(await line.visible()).toEqual([]);
      await rmdir(join(images, `${name}.evidence`));
      const download = join(images, '.staging', name, 'download');
      if (isKilled) {
        await chmod(download, 0o444);
        await rename(download, `${download}.sealed`);
      }
      const before = line.upstream.requests.length;
      const image = await line.ensure('acme:1', options);
      const ranges = line.upstream.requests
        .slice(before)
        .filter(({ path }) => path.endsWith(file))
        .map(({ headers }) => headers['range']);
      // The last byte is requested again, because the answer shows whether the file is unchanged.
      expect(ranges).toEqual([`bytes=${bytes.length - 1}-`]);
      expect(await sha256File(image.path)).toBe(sha256(format === 'raw' ? disk : qcow2));
      if (options.keepSource) expect(await sha256File(image.source ?? '')).toBe(sha256(bytes));
    },
  );
}
