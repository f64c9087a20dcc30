import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { vhd } from '../../../formats/vhd.ts';
import { buildVhdImage, type VhdImageOptions } from '../../../src/testing/vhd-image.ts';
import { decodeDisk } from '../decode-disk.ts';
import { FileSource } from '../file-source.ts';
import { content, digestOf } from '../qcow2/disk.ts';

const qemuImg = spawnSync('qemu-img', ['--version']).status === 0;
const title = qemuImg ? 'with qemu-img' : 'with qemu-img (skipped: it is not installed)';
const folder = mkdtempSync(join(tmpdir(), 'vhd-oracle-'));
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

/** What qemu makes of an image. */
function convertBack(path: string): string {
  const out = `${path}.raw`;
  run('convert', '-f', 'vpc', '-O', 'raw', path, out);
  return createHash('sha256').update(readFileSync(out)).digest('hex');
}

async function decodeFile(path: string): Promise<string> {
  const source = await FileSource.open(path);
  try {
    return (await decodeDisk(vhd, source)).sha256();
  } finally {
    await source.close();
  }
}

describe.runIf(qemuImg)(title, () => {
  const raw = join(folder, 'disk.raw');
  if (qemuImg) {
    const disk = new Uint8Array(virtualSize);
    for (const { position, bytes } of extents) disk.set(bytes, position);
    writeFileSync(raw, disk);
  }

  test.each([['subformat=dynamic,force_size=on'], ['subformat=fixed,force_size=on']])(
    'an image of the exact size that it made reads as it was: %s',
    async (options) => {
      const path = join(folder, `${options}.vhd`);
      run('convert', '-O', 'vpc', '-o', options, raw, path);
      expect(await decodeFile(path)).toBe(want);
    },
  );

  test.each([['subformat=dynamic'], ['subformat=fixed']])(
    'an image rounded to a geometry that it made reads the same: %s',
    async (options) => {
      const path = join(folder, `${options}.vhd`);
      run('convert', '-O', 'vpc', '-o', options, raw, path);
      expect(await decodeFile(path)).toBe(convertBack(path));
    },
  );

  test.each<[string, Partial<VhdImageOptions>]>([
    ['dynamic', {}],
    ['small blocks', { blockBytes: 16_384 }],
    [
      'table at the end, blocks from the end',
      { table: 'last', order: (list) => list.toReversed() },
    ],
    ['gaps', { gapBytes: 4096 }],
    ['fixed', { variant: 'fixed' }],
  ])('an image of the test writer reads the same: %s', async (name, layout) => {
    const path = join(folder, `${name}.vhd`);
    writeFileSync(path, buildVhdImage({ virtualSize, extents, ...layout }).bytes);
    expect(convertBack(path)).toBe(want);
    expect(await decodeFile(path)).toBe(want);
  });
});
