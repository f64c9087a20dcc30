import { open } from 'node:fs/promises';
import type { BootEntry } from '../contracts/disk/boot.ts';
import type { DiskContent } from '../contracts/disk/opened-disk.ts';
import type { OpenFile } from '../contracts/file-system.ts';
import { describeKernel } from '../image/kernel.ts';
import { type KernelUnpacking, maxKernelBytes, unpackKernel } from '../image/unpack-kernel.ts';
import { defined } from '../kit/defined.ts';

/** A kernel or an initrd. */
export interface LaunchPart {
  /** Its path on the disk; absent for a file that the vendor publishes. */
  file?: string;
  /** Its path on this machine, if it is already there. */
  path?: string;
  open(): Promise<OpenFile>;
}

/** The files that boot a disk, and the facts about the disk. */
export interface Bootable {
  disk: { path: string; readOnly: boolean };
  content: DiskContent;
  system?: { id: string; version?: string };
  kernel: LaunchPart & { kind: string };
  initrd: readonly LaunchPart[];
  /** The configured kernel arguments; absent if no boot loader is configured. */
  cmdline?: string;
  warnings: readonly string[];
}

/** The kernel and initrd of a boot entry. */
export function partsOfEntry({
  kernel,
  initrd,
  cmdline,
}: BootEntry): Pick<Bootable, 'kernel' | 'initrd' | 'cmdline'> {
  return {
    kernel: { file: kernel.file, kind: kernel.kind, open: () => kernel.open() },
    initrd: initrd.map((part) => ({ file: part.file, open: () => part.open() })),
    ...defined({ cmdline }),
  };
}

/** A local file as a part. */
export function partOfFile(path: string, sizeBytes: number): LaunchPart & { path: string } {
  const read = async (position: number, length: number): Promise<Uint8Array> => {
    const handle = await open(path);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  };
  const stream = async function* (): AsyncGenerator<Uint8Array> {
    const handle = await open(path);
    yield* handle.createReadStream();
  };
  return { path, open: async () => ({ sizeBytes, read, stream }) };
}

/** The same kernel unpacked; it has no path on this machine. */
export async function unpackPart(
  { file, open }: Bootable['kernel'],
  unpacking: KernelUnpacking,
): Promise<Bootable['kernel']> {
  const opened = await open();
  const bytes = await unpackKernel(
    await opened.read(0, opened.sizeBytes),
    maxKernelBytes,
    unpacking,
  );
  const { kind, arch } = describeKernel(bytes.subarray(0, 4096));
  return {
    kind: arch === undefined ? kind : `${kind}/${arch}`,
    ...defined({ file }),
    open: async () => ({
      sizeBytes: bytes.length,
      read: async (position, length) => bytes.subarray(position, position + length),
      stream: async function* () {
        yield bytes;
      },
    }),
  };
}
