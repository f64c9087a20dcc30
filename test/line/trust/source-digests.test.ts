import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Line, makeDisk, sha256, startLine } from '../../fixtures/line.ts';

const packed = gzipSync(makeDisk(512 * 1024));
const digest = sha256(packed);
const sha512: `sha512:${string}` = `sha512:${createHash('sha512').update(packed).digest('hex')}`;
const file = 'acme.raw.gz';
let line: Line;
beforeEach(async () => {
  line = await startLine();
  const layers = ['gz', 'raw'];
  line.offer({ release: '1', snapshot: '20260101', file, layers, digest }, packed);
});
afterEach(() => line.close());

test('the sha512 of a download is computed only if a source states one', async () => {
  expect((await line.ensure('acme:1')).digests).toEqual([digest]);
  // Without a hash nothing can be compared: the bytes are downloaded once more.
  const pinned = await line.ensure('acme:1', { digest: sha512 });
  expect(pinned).toMatchObject({ origin: 'network', digests: [digest, sha512] });
  const again = await line.ensure('acme:1', { digest: sha512 });
  expect(again).toMatchObject({ origin: 'cache', path: pinned.path });
});

test('another sha512 is refused', async () => {
  const other: `sha512:${string}` = `sha512:${'0'.repeat(128)}`;
  await expect(line.ensure('acme:1', { digest: other })).rejects.toMatchObject({
    code: 'ERR_DIGEST',
    details: { expected: other, actual: sha512 },
  });
});
