import type { Arch } from '../arch.ts';

/** The Machine word of PE/COFF headers. */
const machines = new Map<number, Arch>([
  [0x14c, '386'],
  [0x1c0, 'arm'],
  [0x1c2, 'arm'],
  [0x1c4, 'arm'],
  [0x8664, 'amd64'],
  [0xaa64, 'arm64'],
  [0x5064, 'riscv64'],
  [0x6264, 'loong64'],
]);

/** What an EFI program runs on, by its first bytes; `undefined` for what is none. */
export function archOfPe(bytes: Buffer): Arch | undefined {
  if (bytes.length < 64 || bytes.toString('latin1', 0, 2) !== 'MZ') return undefined;
  const header = bytes.readUInt32LE(60);
  if (header + 6 > bytes.length) return undefined;
  if (bytes.toString('latin1', header, header + 4) !== 'PE\0\0') return undefined;
  return machines.get(bytes.readUInt16LE(header + 4));
}
