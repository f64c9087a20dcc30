import { describe, expect, it } from 'vitest';
import { builtIns } from '../../src/index.ts';
import { isReader } from '../../src/parts/format-kinds.ts';
import {
  buildBzip2File,
  buildGzipFile,
  buildIsoDisc,
  buildLz4File,
  buildOvaFile,
  buildQcow2Image,
  buildRawDisk,
  buildTarFile,
  buildVdiImage,
  buildVhdImage,
  buildVhdxImage,
  buildVmdkImage,
  buildXzFile,
  buildZipFile,
  buildZstdFile,
  checkFormat,
  type FormatSample,
} from '../../src/testing/index.ts';
import { writeSparseImage } from './android-sparse/write-sparse-image.ts';
import { diskLikeBytes } from './shared/decoding.ts';

const MiB = 1024 * 1024;
const virtualSize = 4 * MiB;
const extents = [
  { position: 0, bytes: buildRawDisk({ virtualSize: 4096 }) },
  { position: 3 * MiB, bytes: diskLikeBytes(200_000) },
];
const content = buildRawDisk({ virtualSize, extents: extents.slice(1) });
content.set(extents[0]?.bytes ?? []);
const small = diskLikeBytes(60_000);
const members = { 'disk.img': small, 'other.img': diskLikeBytes(3000, 3) };
const disk = { virtualSize, extents };
const vmdk = buildVmdkImage({ ...disk, variant: 'streamOptimized' }).bytes;
const iso = buildIsoDisc({ content: small });

/** A file of every format in the package. */
const samples: Record<string, FormatSample | FormatSample[]> = {
  bz2: { bytes: buildBzip2File(small), content: small },
  gz: { bytes: buildGzipFile(small), content: small },
  lz4: { bytes: buildLz4File(small), content: small },
  xz: { bytes: buildXzFile(small), content: small },
  zst: { bytes: buildZstdFile(small), content: small },
  tar: { bytes: buildTarFile(members), members },
  zip: { bytes: buildZipFile(members), members },
  ova: { bytes: buildOvaFile(vmdk, virtualSize), members: { 'disk.vmdk': vmdk } },
  iso: { bytes: iso, content: iso },
  raw: { bytes: content, content, endless: true },
  qcow2: { bytes: buildQcow2Image(disk).bytes, content },
  vdi: { bytes: buildVdiImage(disk).bytes, content },
  vhd: { bytes: buildVhdImage(disk).bytes, content },
  vhdx: { bytes: buildVhdxImage(disk).bytes, content },
  vmdk: { bytes: vmdk, content },
  simg: { bytes: writeSparseImage(content), content },
};

const readers = builtIns.formats.filter(isReader);

it.each(readers)('$id has a test file', ({ id }) => {
  expect(Object.keys(samples)).toContain(id);
});

describe.each(readers)('$id', (format) => {
  const sample = samples[format.id];
  if (sample === undefined) return;
  for (const { title, run } of checkFormat(format, sample)) it(title, run);
});
