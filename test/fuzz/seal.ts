import { sealVhd } from '../../src/testing/vhd-image.ts';
import { sealVhdx } from '../../src/testing/vhdx-structures.ts';

/** Corrects the checksums of a changed image, in place; an image that is too damaged stays unchanged. */
export type Seal = (bytes: Uint8Array<ArrayBuffer>) => void;

/** Both copies of the footer, and the header of a dynamic disk. */
export const sealVhdFile: Seal = (bytes) => {
  if (bytes.length < 2048) return;
  sealVhd(bytes, 0, 512);
  sealVhd(bytes, 512, 1024);
  sealVhd(bytes, bytes.length - 512, 512);
};

const KiB = 1024;

/** Headers and region tables. */
export const sealVhdxFile: Seal = (bytes) => {
  if (bytes.length < 320 * KiB) return;
  for (const at of [64 * KiB, 128 * KiB]) sealVhdx(bytes.subarray(at, at + 4 * KiB));
  for (const at of [192 * KiB, 256 * KiB]) sealVhdx(bytes.subarray(at, at + 64 * KiB));
};

/** Every block that looks like a header. */
export const sealTar: Seal = (bytes) => {
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    const block = Buffer.from(bytes.buffer, at, 512);
    if (block.toString('latin1', 257, 262) !== 'ustar') continue;
    block.fill(' ', 148, 156);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  }
};
