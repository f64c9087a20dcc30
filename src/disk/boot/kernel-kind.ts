import type { Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { OpenFile } from '../../contracts/file-system.ts';
import { describeKernel } from '../../image/kernel.ts';

/** Enough of a kernel to determine its kind, and enough of a packed one to unpack that much. */
const headBytes = 4096;
const packedBytes = 65 * 1024;

/**
 * Packing and architecture of a kernel: `bzimage/amd64`, `gzip(image)/arm64`, `efi-zboot(zstd)/arm64`. `undefined`
 * for a file that is not a kernel. Reads at most the first 65 KiB.
 */
export async function readKernelKind(file: OpenFile): Promise<string | undefined> {
  const head = await file.read(0, Math.min(packedBytes, file.sizeBytes));
  const { kind, arch, payload } = describeKernel(head);
  if (kind === 'unknown') return undefined;
  if (kind === 'efi-zboot') return named(`${kind}(${payload?.compression ?? ''})`, arch);
  if (kind !== 'gzip' && kind !== 'zstd') return named(kind, arch);
  const inner = describeKernel(
    await firstBytes(kind === 'gzip' ? createGunzip() : createZstdDecompress(), head),
  );
  return inner.kind === 'unknown' ? undefined : named(`${kind}(${inner.kind})`, inner.arch);
}

function named(kind: string, arch: string | undefined): string {
  return arch === undefined ? kind : `${kind}/${arch}`;
}

/** The first bytes of the packed data; empty if it is damaged. */
async function firstBytes(decoder: Transform, packed: Uint8Array): Promise<Buffer> {
  let bytes = Buffer.alloc(0);
  try {
    decoder.end(packed);
    for await (const chunk of decoder) {
      bytes = Buffer.concat([bytes, chunk]);
      if (bytes.length >= headBytes) break;
    }
  } catch {
    // The packed bytes were cut on purpose, so an error is expected; the output before it is used.
  }
  return bytes.subarray(0, headBytes);
}
