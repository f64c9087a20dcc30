import { readFile } from 'node:fs/promises';
import type { Extents } from '../../bytes/extents.ts';
import { inCache } from '../../cache/cache-error.ts';
import { type DecodeError, refuse } from '../../errors.ts';
import { describeKernel, type KernelFacts } from '../../image/kernel.ts';
import { type KernelUnpacking, maxKernelBytes, unpackKernel } from '../../image/unpack-kernel.ts';
import { defined } from '../../kit/defined.ts';
import type { WrittenFile } from '../decoded.ts';
import type { Fetching } from '../fetch.ts';
import type { Making } from '../making.ts';
import type { Plan } from '../plan.ts';

/**
 * Keeps a kernel or initrd as published, or unpacks the kernel if the call wants it raw. Refuses a kernel for another
 * architecture than the disk's.
 */
export async function keepBootFile(making: Making & { fetching: Fetching }): Promise<WrittenFile> {
  const { staging, fetching } = making;
  const { sizeBytes } = await fetching.done;
  const { download, disk } = staging;
  return keepStaged(making, { path: download, unpacked: disk, sizeBytes });
}

/** A staged file, and the path for its unpacked form. */
export interface StagedFile {
  path: string;
  unpacked: string;
  sizeBytes: number;
}

/** Like `keepBootFile`, for any staged file. */
export async function keepStaged(
  { call, plan, staging }: Pick<Making, 'call' | 'plan' | 'staging'>,
  { path, unpacked, sizeBytes }: StagedFile,
): Promise<WrittenFile> {
  const format = plan.name.format;
  if (plan.role !== 'kernel') return whole(format, path, sizeBytes, {});
  if (sizeBytes > maxKernelBytes) {
    const message = `${plan.artifact.fileName} is too large for a kernel`;
    throw refuse('limit', message, { limit: maxKernelBytes, value: sizeBytes });
  }
  const packed = await inCache(path, 'read', () => readFile(path));
  const isRaw = call.options.kernelFormat === 'raw';
  const kernel = isRaw ? await unpackKernel(packed, maxKernelBytes, unpackingOf(call)) : packed;
  const facts = describeKernel(kernel.subarray(0, 4096));
  requireArch(plan, facts);
  if (kernel === packed) return whole(format, path, sizeBytes, factsOf(facts));
  await inCache(unpacked, 'write', async () => {
    const handle = await staging.create(unpacked);
    try {
      await handle.writeFile(kernel);
    } finally {
      await handle.close();
    }
  });
  return whole(format, unpacked, kernel.length, factsOf(facts));
}

function unpackingOf({ parts, options, signal }: Making['call']): KernelUnpacking {
  return { formats: parts.formats, limits: options.limits, log: options.log, signal };
}

function whole(
  format: string,
  path: string,
  sizeBytes: number,
  facts: Record<string, string>,
): WrittenFile {
  const extents: Extents = sizeBytes === 0 ? [] : [[0, sizeBytes]];
  return { chain: [], format, path, sizeBytes, virtualSize: sizeBytes, extents, facts };
}

function factsOf({ kind, arch }: KernelFacts): Record<string, string> {
  return { kernelKind: kind, ...defined({ kernelArch: arch }) };
}

function requireArch({ identity, artifact }: Plan, { arch }: KernelFacts): void {
  // The architecture of an own source is not known in advance.
  const isOwn = ['url', 'file'].includes(identity.vendor);
  if (isOwn || arch === undefined || arch === identity.arch) return;
  throw wrongArch(artifact.fileName, identity.arch, arch);
}

/** `ERR_UNSAFE_IMAGE`: upstream, or a mirror, answered with bytes for another architecture. */
function wrongArch(fileName: string, wanted: string, found: string): DecodeError {
  return refuse('format-mismatch', `${fileName} is for ${found}, not for ${wanted}`, {
    declared: wanted,
    detected: found,
    hint: 'Ask for the architecture that it is for, or report it to the vendor.',
  });
}
