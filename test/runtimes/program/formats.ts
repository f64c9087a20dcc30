import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { convertImage, inspectImage, isImageError } from 'rootdisk';
import {
  buildBzip2File,
  buildGzipFile,
  buildLz4File,
  buildOvaFile,
  buildTarFile,
  buildVdiImage,
  buildVhdImage,
  buildVhdxImage,
  buildVmdkImage,
  buildXzFile,
  buildZipFile,
  buildZstdFile,
} from 'rootdisk/testing';
import { disk, packQcow2, virtualSize } from './build.ts';
import type { Step } from './step.ts';

const image = { virtualSize, extents: [{ position: 0, bytes: disk.subarray(0, 4 * 1024 ** 2) }] };

const files: Record<string, () => Uint8Array> = {
  raw: () => disk,
  'raw.gz': () => buildGzipFile(disk),
  'raw.bz2': () => buildBzip2File(disk),
  'raw.xz': () => buildXzFile(disk),
  'raw.zst': () => buildZstdFile(disk),
  'raw.lz4': () => buildLz4File(disk),
  'tar.gz': () => buildGzipFile(buildTarFile({ 'disk.raw': disk })),
  zip: () => buildZipFile({ 'disk.raw': disk }),
  'qcow2 (zlib)': () => packQcow2('zlib'),
  'qcow2 (zstd)': () => packQcow2('zstd'),
  'qcow2 (plain)': () => packQcow2('none'),
  vmdk: () => buildVmdkImage(image).bytes,
  ova: () =>
    buildOvaFile(buildVmdkImage({ ...image, variant: 'streamOptimized' }).bytes, virtualSize),
  vhd: () => buildVhdImage(image).bytes,
  vhdx: () => buildVhdxImage(image).bytes,
  vdi: () => buildVdiImage(image).bytes,
};

/** Every format to a sparse raw disk, byte for byte, and a cut image refused. */
export function formatSteps(folder: string): Step[] {
  const steps = Object.entries(files).map(([name, make]) => ({
    title: `convert: ${name}`,
    run: () => convert(join(folder, name.replace(/\W/g, '-')), make()),
  }));
  return [...steps, { title: 'convert: a cut qcow2 is refused', run: () => refuseCut(folder) }];
}

async function convert(path: string, bytes: Uint8Array): Promise<void> {
  await writeFile(path, bytes);
  const output = `${path}.out`;
  const converted = await convertImage(path, output);
  assert.equal(converted.virtualSize, virtualSize);
  assert.ok(Buffer.from(disk).equals(await readFile(output)), 'another disk');
  const { blocks } = await stat(output);
  assert.ok(blocks * 512 < virtualSize / 2, `${blocks} blocks: the disk is not sparse`);
  assert.equal((await inspectImage(path)).virtualSize, virtualSize);
}

async function refuseCut(folder: string): Promise<void> {
  const path = join(folder, 'cut.qcow2');
  await writeFile(path, packQcow2('zlib').subarray(0, 500_000));
  const refusal = await convertImage(path, `${path}.out`).catch((error: unknown) => error);
  assert.ok(isImageError(refusal), String(refusal));
  assert.equal(refusal.remedy, 'decode');
  await assert.rejects(stat(`${path}.out`), { code: 'ENOENT' });
}
