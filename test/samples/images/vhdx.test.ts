import { describe, expect, test } from 'vitest';
import { vhdx } from '../../../formats/vhdx.ts';
import { decodeDisk } from '../../formats/decode-disk.ts';
import { describeDiskRows } from './disk-rows.ts';
import { readImage, readImageRows } from './image-rows.ts';

const manyProbes = 't-qemu-iotest-dirtylog-10G-4M.vhdx.gz';

// That one has a digest and places to check; hashing its 10 GiB would show no more than the places do.
describeDiskRows(vhdx, { [manyProbes]: { sha256: '-' } });

const minLargeBytes = 64 * 1024 * 1024;
const large = readImageRows('good').filter(
  ({ file, format, sizeBytes, sha256 }) =>
    format === vhdx.id && sizeBytes > minLargeBytes && sha256 !== '-' && file !== manyProbes,
);

describe(`${large.length} large vhdx image, all of its bytes`, () => {
  test.each(large)('$file', async (row) => {
    expect((await decodeDisk(vhdx, readImage(row))).sha256()).toBe(row.sha256);
  });
});
