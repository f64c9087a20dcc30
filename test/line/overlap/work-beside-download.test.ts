import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { sha256, sha256File, startLine } from '../../fixtures/line.ts';

const MiB = 1024 * 1024;

test('the disk is hashed and synced before the last byte of the download has come', async () => {
  const line = await startLine();
  try {
    const disk = Buffer.alloc(100 * MiB, 1);
    const packed = gzipSync(disk, { level: 1 });
    const file = 'acme.raw.gz';
    const layers = ['gz', 'raw'];
    line.offer({ release: '1', snapshot: '1', file, layers, digest: sha256(packed) }, packed);
    const hashes = vi.spyOn(crypto.subtle, 'digest');
    const syncs = vi.spyOn(await fileHandles(), 'datasync');
    let before: { hashes: number; syncs: number } | undefined;
    line.upstream.route(`images.acme.example/${file}`, async (_, response) => {
      response.writeHead(200, { 'content-length': packed.length });
      // The checksum of the stream is held back: every byte of the disk has come before it.
      response.write(packed.subarray(0, -8));
      for (let turn = 0; turn < 400 && hashes.mock.calls.length < 36; turn += 1) await wait(25);
      before = { hashes: hashes.mock.calls.length, syncs: syncs.mock.calls.length };
      response.end(packed.subarray(-8));
    });
    const { path } = await line.ensure();
    expect(await sha256File(path)).toBe(sha256(disk));
    expect(before?.hashes).toBeGreaterThanOrEqual(36);
    expect(before?.syncs).toBeGreaterThanOrEqual(1);
  } finally {
    vi.restoreAllMocks();
    await line.close();
  }
});

/** The common prototype of all file handles. */
async function fileHandles(): Promise<FileHandle> {
  const handle = await open(new URL(import.meta.url));
  await handle.close();
  return Object.getPrototypeOf(handle);
}
