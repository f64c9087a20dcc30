import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Line, sha256, startLine } from '../../fixtures/line.ts';
import { makeEfiDisk } from '../../image/make-efi-disk.ts';

let line: Line;
beforeEach(async () => {
  line = await startLine();
});
afterEach(() => line.close());

test('a disk for another machine than requested is refused, with any digest', async () => {
  const disk = makeEfiDisk({ 'BOOTAA64.EFI': 0xaa64 });
  const build = { release: '1', snapshot: '1', file: 'acme.raw', layers: ['raw'] };
  line.offer({ ...build, digest: sha256(disk) }, disk);
  await expect(line.ensure('acme:1', { arch: 'amd64' })).rejects.toMatchObject({
    code: 'ERR_UNSAFE_IMAGE',
    details: { reason: 'wrong-content', declared: 'amd64', detected: 'arm64' },
  });
  expect(await line.visible()).toEqual([]);
  expect((await line.ensure('acme:1', { arch: 'arm64' })).arch).toBe('arm64');
});
