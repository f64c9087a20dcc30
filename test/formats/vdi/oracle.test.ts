import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { vdi } from '../../../formats/vdi.ts';
import { buildVdiImage, type VdiImageOptions } from '../../../src/testing/vdi-image.ts';
import { decodeDisk } from '../decode-disk.ts';
import { FileSource } from '../file-source.ts';
import { content, digestOf } from '../qcow2/disk.ts';

const qemuImg = spawnSync('qemu-img', ['--version']).status === 0;
const title = qemuImg ? 'with qemu-img' : 'with qemu-img (skipped: it is not installed)';
const folder = mkdtempSync(join(tmpdir(), 'vdi-oracle-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MiB = 1024 * 1024;
const virtualSize = 24 * MiB + 1536;
const extents = [
  { position: 0, bytes: content('text', 1, 3 * MiB) },
  { position: 5 * MiB + 512, bytes: content('noise', 2, 2 * MiB) },
  { position: virtualSize - 700, bytes: content('text', 3, 700) },
];
const want = digestOf(virtualSize, extents);

function run(...args: string[]): void {
  execFileSync('qemu-img', args, { stdio: 'pipe' });
}

async function decodeFile(path: string): Promise<string> {
  const source = await FileSource.open(path);
  try {
    return (await decodeDisk(vdi, source)).sha256();
  } finally {
    await source.close();
  }
}

describe.runIf(qemuImg)(title, () => {
  test.each([['static=off'], ['static=on']])(
    'an image that it made reads as it was: %s',
    async (options) => {
      const raw = join(folder, 'disk.raw');
      const path = join(folder, `${options}.vdi`);
      const disk = new Uint8Array(virtualSize);
      for (const { position, bytes } of extents) disk.set(bytes, position);
      writeFileSync(raw, disk);
      run('convert', '-O', 'vdi', '-o', options, raw, path);
      expect(await decodeFile(path)).toBe(want);
    },
  );

  test.each<[string, Partial<VdiImageOptions>]>([
    ['dynamic', {}],
    ['static', { variant: 'static' }],
    ['discarded', { zeros: 'discarded' }],
    ['aligned, from the end', { alignBytes: MiB, order: (list) => list.toReversed() }],
  ])('an image of the test writer is sound and reads the same: %s', async (name, layout) => {
    const path = join(folder, `${name}.vdi`);
    const out = join(folder, `${name}.raw`);
    writeFileSync(path, buildVdiImage({ virtualSize, extents, ...layout }).bytes);
    run('check', '-q', path);
    run('convert', '-f', 'vdi', '-O', 'raw', path, out);
    expect(createHash('sha256').update(readFileSync(out)).digest('hex')).toBe(want);
    expect(await decodeFile(path)).toBe(want);
  });
});
