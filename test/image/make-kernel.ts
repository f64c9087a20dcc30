import { gzipSync, zstdCompressSync } from 'node:zlib';

/** The head of a 64-bit x86 kernel: boot protocol 2.15, `HdrS`, and only the fields that a loader reads. */
export function makeBzimage(is64 = true): Buffer {
  const bytes = Buffer.alloc(64 * 1024, 7);
  bytes.write('MZ', 0);
  bytes.fill(0, 2, 0x270);
  bytes.writeUInt16LE(0xaa55, 510);
  bytes.write('HdrS', 514);
  bytes.writeUInt16LE(0x20f, 0x206);
  bytes.writeUInt16LE(is64 ? 0x3f : 0x3e, 0x236);
  return bytes;
}

/** A raw kernel image with the header that arm64 and riscv64 share. */
export function makeImage(arch: 'arm64' | 'riscv64' = 'arm64'): Buffer {
  const bytes = Buffer.alloc(96 * 1024, 3);
  bytes.fill(0, 0, 64);
  bytes.write('MZ', 0);
  bytes.writeBigUInt64LE(BigInt(bytes.length), 16);
  bytes.write(arch === 'arm64' ? 'ARMd' : 'RSC\u0005', 56, 'latin1');
  return bytes;
}

export function makeElf(machine: number, isBig = false): Buffer {
  const bytes = Buffer.alloc(4096);
  bytes.write('7f454c46', 0, 'hex');
  bytes[4] = 2;
  bytes[5] = isBig ? 2 : 1;
  if (isBig) bytes.writeUInt16BE(machine, 18);
  else bytes.writeUInt16LE(machine, 18);
  return bytes;
}

/** An EFI application that unpacks the kernel inside it. */
export function makeZboot(kernel: Uint8Array, compression = 'gzip', machine = 0xaa64): Buffer {
  const payload = compression.startsWith('zstd') ? zstdCompressSync(kernel) : gzipSync(kernel);
  const head = Buffer.alloc(512);
  head.write('MZ', 0);
  head.write('zimg', 4);
  head.writeUInt32LE(head.length, 8);
  head.writeUInt32LE(payload.length, 12);
  head.write(compression, 24);
  head.write('cd238281', 56, 'hex');
  head.writeUInt32LE(128, 60);
  head.write('PE\0\0', 128);
  head.writeUInt16LE(machine, 132);
  return Buffer.concat([head, payload, Buffer.alloc(100)]);
}
