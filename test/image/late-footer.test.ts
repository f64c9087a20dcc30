import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { convertImage, ensureImage, inspectImage } from '../../src/index.ts';
import {
  buildBzip2File,
  buildGzipFile,
  buildLz4File,
  buildTarFile,
  buildVhdImage,
  buildXzFile,
  buildZipFile,
  buildZstdFile,
  startUpstream,
} from '../../src/testing/index.ts';
import { sealVhd } from '../../src/testing/vhd-image.ts';
import { tempDir } from '../cache/temp-dir.ts';
import { makeDisk, sha256 } from '../fixtures/line.ts';
import { makeXz } from '../formats/xz/make-xz.ts';

const MiB = 1024 ** 2;
const disk = makeDisk(3 * MiB);
const content = { virtualSize: disk.length, extents: [{ position: 0, bytes: disk }] };
const vhd = (about: object = {}): Uint8Array =>
  buildVhdImage({ ...content, variant: 'fixed', ...about }).bytes;
/** A fixed VHD whose footer was changed, with a correct checksum. */
const changed = (change: (view: DataView) => void, seal = true): Uint8Array => {
  const bytes = Uint8Array.from(vhd());
  change(new DataView(bytes.buffer, bytes.length - 512));
  if (seal) sealVhd(bytes, bytes.length - 512, 512);
  return bytes;
};

const wraps: [string, (bytes: Uint8Array) => Uint8Array][] = [
  ['gz', buildGzipFile],
  ['bz2', buildBzip2File],
  ['xz', buildXzFile],
  ['zst', buildZstdFile],
  ['lz4', buildLz4File],
  ['zip', (bytes) => buildZipFile({ 'disk.vhd': bytes })],
  ['gz>tar', (bytes) => buildGzipFile(buildTarFile({ 'disk.vhd': bytes }))],
];

async function makeFile(
  bytes: Uint8Array,
): Promise<{ folder: string; path: string; output: string }> {
  const folder = await tempDir();
  const path = join(folder, 'image');
  await writeFile(path, bytes);
  return { folder, path, output: join(folder, 'disk.raw') };
}

describe.each(wraps)('a fixed VHD inside %s', (layers, wrap) => {
  test('becomes the disk without its footer', async () => {
    for (const oldFooter of [false, true]) {
      const { path, output } = await makeFile(wrap(vhd({ oldFooter })));
      const { layers: found, virtualSize } = await convertImage(path, output);
      expect([found.join('>'), virtualSize]).toEqual([`${layers}>vhd`, disk.length]);
      expect(sha256(await readFile(output))).toBe(sha256(disk));
    }
  });

  test('is named by inspect', async () => {
    const { path } = await makeFile(wrap(vhd()));
    expect(await inspectImage(path)).toMatchObject({
      layers: [...layers.split('>'), 'vhd'],
      virtualSize: disk.length,
      facts: { variant: 'fixed', features: [] },
      hazards: [],
    });
  });

  test('is refused if its footer does not fit, and nothing is left', async () => {
    const size = (bytes: number) => changed((view) => view.setBigUint64(48, BigInt(bytes)));
    for (const [reason, bytes] of [
      ['checksum', changed((view) => view.setUint8(30, view.getUint8(30) ^ 1), false)],
      ['truncated', size(disk.length + 512)],
      ['trailing-data', size(disk.length - 512)],
      ['corrupt-header', changed((view) => view.setUint32(60, 3))],
      ['external-reference', changed((view) => view.setUint32(60, 4))],
    ] as const) {
      const { folder, path, output } = await makeFile(wrap(bytes));
      const call = convertImage(path, output);
      await expect(call).rejects.toMatchObject({ details: { reason, format: 'vhd' } });
      expect(await readdir(folder)).toEqual(['image']);
    }
  });
});

test('blocks that are decoded in parallel', async () => {
  const bytes = vhd();
  const { path, output } = await makeFile(
    makeXz([bytes.subarray(0, MiB), bytes.subarray(MiB, 2 * MiB), bytes.subarray(2 * MiB)]),
  );
  expect((await convertImage(path, output)).layers).toEqual(['xz', 'vhd']);
  expect(sha256(await readFile(output))).toBe(sha256(disk));
});

test('zeros between the disk and its footer are left out if vhd is declared', async () => {
  const { path, output } = await makeFile(buildGzipFile(vhd({ gapBytes: 4096 })));
  const hint = expect.stringContaining('Give vhd');
  await expect(convertImage(path, output)).rejects.toMatchObject({ hint });
  await convertImage(path, output, { from: ['gz', 'vhd'] });
  expect(sha256(await readFile(output))).toBe(sha256(disk));
});

test('a file declared as raw is not changed silently; the hint names the layers', async () => {
  const { path, output } = await makeFile(buildGzipFile(vhd()));
  await expect(convertImage(path, output, { from: ['gz', 'raw'] })).rejects.toMatchObject({
    details: { reason: 'nested-format' },
    hint: expect.stringContaining('--from "gz>vhd"'),
  });
  await expect(convertImage(path, output, { from: ['gz'] })).resolves.toMatchObject({
    layers: ['gz', 'vhd'],
  });
});

test('ensure makes the disk, from an address whose end comes last', async () => {
  const upstream = await startUpstream();
  const cacheDir = await tempDir();
  try {
    for (const [name, bytes] of [
      ['azure.vhd', vhd()],
      ['azure.vhd.xz', makeXz([vhd()])],
    ] as const) {
      upstream.route(name, (_request, response) => {
        response.writeHead(200, { 'content-length': bytes.length });
        response.end(bytes);
      });
      const digest = sha256(bytes);
      const image = await ensureImage(`${upstream.url}${name}`, { cacheDir, digest });
      expect([image.format, image.virtualSize]).toEqual(['raw', disk.length]);
      expect(sha256(await readFile(image.path))).toBe(sha256(disk));
      const record = JSON.parse(await readFile(`${image.path}.json`, 'utf8'));
      expect(record.layers.at(-1)).toBe('vhd');
    }
  } finally {
    await upstream.close();
  }
});
