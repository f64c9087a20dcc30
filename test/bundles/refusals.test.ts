import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createZstdCompress, zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeBzimage, makeImage } from '../image/make-kernel.ts';
import {
  type BundleSite,
  makeRootfs,
  makeTar,
  manifestBytes,
  pack,
  startBundleSite,
} from './bundle-site.ts';

const rootfs = makeRootfs();
const none = Buffer.alloc(0);

let site: BundleSite;
beforeEach(async () => {
  site = await startBundleSite();
});
afterEach(() => site.close());

/** Checks that neither an entry nor a staged file is left. */
async function expectNothing(): Promise<void> {
  expect(await site.visible()).toEqual([]);
  const staging = join(site.cacheDir, 'images-v1', '.staging');
  expect(await readdir(staging).catch(() => [])).toEqual([]);
}

describe('a bundle is refused, and leaves nothing, with', () => {
  test.each([
    ['a name that leaves it', ['../rootfs.ext4', rootfs, '0'], 'unsafe-path'],
    ['an absolute name', ['/rootfs.ext4', rootfs, '0'], 'unsafe-path'],
    ['a hard link', ['kernel', none, '1'], 'unsafe-path'],
    ['a symbolic link', ['kernel', none, '2'], 'unsafe-path'],
    ['a device', ['kernel', none, '3'], 'unsupported-variant'],
    ['a pipe', ['kernel', none, '6'], 'unsupported-variant'],
    ['a folder', ['etc/', none, '5'], 'ambiguous-content'],
    ['another member', ['extra', manifestBytes, '0'], 'ambiguous-content'],
    ['a second manifest', ['manifest.json', manifestBytes, '0'], 'ambiguous-content'],
    ['a second root file system', ['./rootfs.ext4', rootfs, '0'], 'ambiguous-content'],
    ['a kernel that its entry does not name', ['kernel', makeBzimage(), '0'], 'ambiguous-content'],
  ] as const)('%s', async (_, member, reason) => {
    await site.publish(
      pack([['manifest.json', manifestBytes], [...member], ['rootfs.ext4', rootfs]]),
    );
    await expect(site.bundle()).rejects.toMatchObject({ details: { reason } });
    await expectNothing();
  });

  test.each([
    ['no manifest', [['rootfs.ext4', rootfs]], 'not-an-image'],
    ['no root file system', [['manifest.json', manifestBytes]], 'not-an-image'],
    ['nothing', [], 'corrupt-header'],
  ] as const)('%s', async (_, members, reason) => {
    await site.publish(pack(members.map(([name, bytes]) => [name, bytes] as const)));
    await expect(site.bundle()).rejects.toMatchObject({ details: { reason } });
    await expectNothing();
  });

  test.each(['{ "name":', '[]', '"text"', 'null', ''])('the manifest %j', async (text) => {
    await site.publish(
      pack([
        ['manifest.json', Buffer.from(text)],
        ['rootfs.ext4', rootfs],
      ]),
    );
    await expect(site.bundle()).rejects.toMatchObject({ details: { reason: 'corrupt-header' } });
    await expectNothing();
  });

  test('a kernel for another machine', async () => {
    await site.publish(
      pack([
        ['manifest.json', manifestBytes],
        ['kernel', makeImage('arm64')],
        ['rootfs.ext4', rootfs],
      ]),
      { members: ['kernel'] },
    );
    await expect(site.bundle()).rejects.toMatchObject({ details: { reason: 'format-mismatch' } });
    await expectNothing();
  });

  test('bytes that are not a tar', async () => {
    await site.publish(zstdCompressSync(rootfs));
    await expect(site.bundle()).rejects.toMatchObject({ details: { reason: 'format-mismatch' } });
    await expectNothing();
  });

  test('a digest other than that of the catalog, with any content', async () => {
    const bytes = pack([
      ['manifest.json', manifestBytes],
      ['rootfs.ext4', rootfs],
    ]);
    await site.publish(bytes, { tarball_sha256: createHash('sha256').digest('hex') });
    await expect(site.bundle()).rejects.toMatchObject({ code: 'ERR_DIGEST' });
    await expectNothing();
  });

  test('a size other than that of the catalog', async () => {
    const bytes = pack([
      ['manifest.json', manifestBytes],
      ['rootfs.ext4', rootfs],
    ]);
    await site.publish(bytes, { size_bytes: bytes.length + 1 });
    await expect(site.bundle()).rejects.toMatchObject({ remedy: 'integrity' });
    expect(await site.visible()).toEqual([]);
  });
});

test('a manifest of 1 GiB is refused by its stated length, and is not read into memory', async () => {
  const sizeBytes = 1024 ** 3;
  const head = makeTar([['manifest.json', Buffer.from('x')]]).subarray(0, 512);
  head.write(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  head.fill(' ', 148, 156);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  const chunk = Buffer.alloc(1024 ** 2, 32);
  const tar = Readable.from(
    (function* () {
      yield head;
      for (let i = 0; i < sizeBytes / chunk.length; i += 1) yield chunk;
      yield Buffer.alloc(1024);
    })(),
  );
  await site.publish(await buffer(tar.pipe(createZstdCompress())));
  const before = process.memoryUsage().rss;
  await expect(site.bundle()).rejects.toMatchObject({
    ...{ code: 'ERR_LIMIT', details: { limit: 1024 ** 2 } },
  });
  expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 ** 2);
  await expectNothing();
});
