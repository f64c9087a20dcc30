import type { Arch } from '../contracts/arch.ts';
import type { KernelKind } from '../contracts/kernel-kinds.ts';
import { defined } from '../kit/defined.ts';

/** The facts in the first KiB of a kernel; `arch` is absent if only the unpacked kernel states it. */
export interface KernelFacts {
  kind: KernelKind;
  arch?: Arch;
  /** `efi-zboot`: offset and length of the packed kernel in bytes, and the name of its compression. */
  payload?: { offset: number; length: number; compression: string };
}

/** ELF's `e_machine`. */
const elfMachines = new Map<number, Arch>([
  [3, '386'],
  [20, 'ppc64le'],
  [21, 'ppc64le'],
  [22, 's390x'],
  [40, 'arm'],
  [62, 'amd64'],
  [183, 'arm64'],
  [243, 'riscv64'],
  [258, 'loong64'],
]);

/** The Machine field of PE/COFF headers. */
const peMachines = new Map<number, Arch>([
  [0x14c, '386'],
  [0x1c0, 'arm'],
  [0x1c2, 'arm'],
  [0x1c4, 'arm'],
  [0x8664, 'amd64'],
  [0xaa64, 'arm64'],
  [0x5064, 'riscv64'],
  [0x6264, 'loong64'],
]);

/**
 * Recognises a kernel by its first KiB; one for s390x needs its first 65 KiB. `MZ` alone is not enough, because many
 * kinds have an EFI stub.
 */
export function describeKernel(head: Uint8Array): KernelFacts {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (at(bytes, 0, '7f454c46')) return { kind: 'elf', ...defined({ arch: elfMachine(bytes) }) };
  if (at(bytes, 0, '4d5a') && bytes.toString('latin1', 4, 8) === 'zimg') return zboot(bytes);
  // Documentation/arch/arm64/booting.rst and riscv/boot-image-header.rst: magic at 56.
  if (at(bytes, 56, '41524d64')) return { kind: 'image', arch: 'arm64' };
  if (at(bytes, 56, '52534305')) return { kind: 'image', arch: 'riscv64' };
  if (at(bytes, 510, '55aa') && bytes.toString('latin1', 514, 518) === 'HdrS') {
    return { kind: 'bzimage', ...defined({ arch: bzimageArch(bytes) }) };
  }
  // arch/arm/boot/compressed/head.S: magic at 36; arch/s390/include/asm/setup.h: magic of the entry point.
  if (at(bytes, 36, '18286f01')) return { kind: 'zimage', arch: 'arm' };
  if (bytes.toString('latin1', 0x10008, 0x1000e) === 'S390EP') {
    return { kind: 'image', arch: 's390x' };
  }
  if (at(bytes, 0, '1f8b')) return { kind: 'gzip' };
  if (at(bytes, 0, 'fd377a585a00')) return { kind: 'xz' };
  if (at(bytes, 0, '28b52ffd')) return { kind: 'zstd' };
  if (at(bytes, 0, '425a68')) return { kind: 'bzip2' };
  const arch = archOfPe(bytes);
  // arch/loongarch/kernel/head.S: at 56, the magic of all kernels with an EFI stub.
  if (arch === 'loong64' && at(bytes, 56, 'cd238281')) return { kind: 'image', arch };
  return { kind: 'unknown', ...defined({ arch }) };
}

/** The architecture of an EFI program, from its first bytes; `undefined` for any other file. */
export function archOfPe(bytes: Buffer): Arch | undefined {
  if (bytes.length < 64 || bytes.toString('latin1', 0, 2) !== 'MZ') return undefined;
  const header = bytes.readUInt32LE(60);
  if (header + 6 > bytes.length) return undefined;
  if (bytes.toString('latin1', header, header + 4) !== 'PE\0\0') return undefined;
  return peMachines.get(bytes.readUInt16LE(header + 4));
}

function zboot(bytes: Buffer): KernelFacts {
  if (bytes.length < 64) return { kind: 'unknown' };
  const compression = bytes.toString('latin1', 24, 56).replace(/\0.*$/s, '');
  const payload = { offset: bytes.readUInt32LE(8), length: bytes.readUInt32LE(12), compression };
  return { kind: 'efi-zboot', payload, ...defined({ arch: archOfPe(bytes) }) };
}

function elfMachine(bytes: Buffer): Arch | undefined {
  if (bytes.length < 20) return undefined;
  const isBig = bytes[5] === 2;
  return elfMachines.get(isBig ? bytes.readUInt16BE(18) : bytes.readUInt16LE(18));
}

/** Documentation/arch/x86/boot.rst: bit 0 of `xloadflags`, since protocol 2.12, marks a 64-bit kernel. */
function bzimageArch(bytes: Buffer): Arch | undefined {
  if (bytes.length < 0x238 || bytes.readUInt16LE(0x206) < 0x20c) return undefined;
  return (bytes.readUInt16LE(0x236) & 1) === 1 ? 'amd64' : '386';
}

function at(bytes: Buffer, offset: number, hex: string): boolean {
  return bytes.subarray(offset, offset + hex.length / 2).toString('hex') === hex;
}
