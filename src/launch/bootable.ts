import { open } from 'node:fs/promises';
import type { BootEntry } from '../contracts/disk/boot.ts';
import type { DiskContent } from '../contracts/disk/opened-disk.ts';
import type { OpenFile } from '../contracts/file-system.ts';
import { describeKernel } from '../image/kernel.ts';
import { type KernelUnpacking, maxKernelBytes, unpackKernel } from '../image/unpack-kernel.ts';
import { defined } from '../kit/defined.ts';

/** A kernel or an initrd. */
export interface LaunchPart {
  /** Where it lies on the disk; absent for a file that the vendor publishes. */
  file?: string;
  /** Where it lies on this machine already. */
  path?: string;
  open(): Promise<OpenFile>;
}

/** What starts a disk, and what is known of the disk. */
export interface Bootable {
  disk: { path: string; readOnly: boolean };
  content: DiskContent;
  system?: { id: string; version?: string };
  kernel: LaunchPart & { kind: string };
  initrd: readonly LaunchPart[];
  /** As configured; absent where no boot loader is configured. */
  cmdline?: string;
  warnings: readonly string[];
}

/** What an entry of the boot menu starts with. */
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

/** A file of this machine as a part. */
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

/** The same kernel unpacked; it lies nowhere on this machine. */
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
