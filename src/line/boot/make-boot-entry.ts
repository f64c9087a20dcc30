import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { inCache } from '../../cache/cache-error.ts';
import { publishEntry, type RecordDraft } from '../../cache/entries/publish.ts';
import type { Entry } from '../../cache/entries/read.ts';
import { openStaging, type Staging } from '../../cache/staging.ts';
import { arches } from '../../contracts/arch.ts';
import type { BootEntry, BootPart } from '../../contracts/disk/boot.ts';
import { refuse } from '../../errors.ts';
import { maxKernelBytes } from '../../image/unpack-kernel.ts';
import { defined } from '../../kit/defined.ts';
import { version } from '../../version.ts';
import type { Call } from '../call.ts';
import type { WrittenFile } from '../decoded.ts';
import type { Planned } from '../making.ts';
import { planBootFile } from '../plan.ts';
import { keepStaged } from './keep-boot-file.ts';

/** Concatenated RAM disks begin at a multiple of this (Linux, initramfs buffer format). */
const alignment = 4;

/** The joined file, and the files that it was joined from. */
interface ReadFile {
  sizeBytes: number;
  sha256: string;
  /** `sha256:… p1:/boot/initrd.img`, one line for each file. */
  files: string;
}

/**
 * Makes the kernel, or the RAM disks joined in one file, of a boot entry an entry of the cache. Its record names the
 * disk and the files that it was made from; it has the trust of the disk.
 */
export async function makeBootEntry(
  { call, plan }: Planned,
  disk: Entry,
  entry: BootEntry,
  role: 'kernel' | 'initrd',
): Promise<Entry> {
  const parts = role === 'kernel' ? [entry.kernel] : entry.initrd;
  const [path = ''] = (parts[0]?.file ?? '').split('#');
  const fileName = posix.basename(path.slice(path.indexOf(':') + 1));
  const artifact = { url: plan.artifact.url, fileName, layers: [], proofs: [] };
  const of = planBootFile(plan, call.options, artifact, role);
  const staging = await openStaging(call.cache, of.cacheName);
  try {
    await staging.clear();
    const read = await copyParts(call, staging, parts, role);
    const staged = { path: staging.download, unpacked: staging.disk, sizeBytes: read.sizeBytes };
    const file = await keepStaged({ call, plan: of, staging }, staged);
    const record = { ...describe(disk, read, file, entry), format: of.name.format };
    const source = { ...record.source, fileName };
    const { signal } = call;
    const from = file.path;
    const draft = { ...record, source };
    return await publishEntry(call.cache, staging, {
      name: of.cacheName,
      from,
      record: draft,
      signal,
    });
  } catch (error) {
    await staging.remove().catch(() => undefined);
    throw error;
  }
}

async function copyParts(
  { signal, options }: Call,
  staging: Staging,
  parts: readonly BootPart[],
  role: 'kernel' | 'initrd',
): Promise<ReadFile> {
  const limit = role === 'kernel' ? maxKernelBytes : options.limits.downloadBytes;
  const whole = createHash('sha256');
  const lines: string[] = [];
  let sizeBytes = 0;
  const handle = await inCache(staging.download, 'write', () => staging.create(staging.download));
  const write = async (chunk: Uint8Array): Promise<void> => {
    signal.throwIfAborted();
    sizeBytes += chunk.length;
    if (sizeBytes > limit) throw tooLong(role, limit);
    whole.update(chunk);
    await inCache(staging.download, 'write', () => handle.writeFile(chunk));
  };
  try {
    for (const part of parts) {
      if (sizeBytes + part.sizeBytes > limit) throw tooLong(role, limit);
      await write(Buffer.alloc((alignment - (sizeBytes % alignment)) % alignment));
      const hash = createHash('sha256');
      for await (const chunk of (await part.open()).stream()) {
        hash.update(chunk);
        await write(chunk);
      }
      lines.push(`sha256:${hash.digest('hex')} ${part.file}`);
    }
  } finally {
    await handle.close();
  }
  return { sizeBytes, sha256: whole.digest('hex'), files: lines.join('\n') };
}

function describe(
  disk: Entry,
  { sizeBytes, sha256, files }: ReadFile,
  file: WrittenFile,
  { loader, id, kernel }: BootEntry,
): Omit<RecordDraft, 'format' | 'source'> & { source: Omit<RecordDraft['source'], 'fileName'> } {
  const { identity, parameters, source, trust, evidence } = disk.record;
  const [, word] = kernel.kind.split('/');
  const isKernel = file.facts?.['kernelKind'] !== undefined;
  // The architecture of a packed kernel is known only after unpacking.
  const kernelArch = isKernel ? arches.find((arch) => arch === word) : undefined;
  return {
    identity,
    parameters,
    // A request leads here only through the disk.
    requests: [],
    aliases: [],
    source: { url: source.url, sizeBytes, sha256 },
    disk: { virtualSize: file.virtualSize },
    extents: file.extents,
    layers: [],
    decoder: `rootdisk ${version}`,
    trust,
    evidence: { digests: [], documents: evidence.documents },
    facts: {
      ...defined({ kernelArch }),
      ...file.facts,
      ...{ disk: disk.name, diskSource: source.sha256, files, bootEntry: `${loader} ${id}` },
    },
  };
}

function tooLong(role: string, limit: number): Error {
  return refuse('limit', `the ${role} on the disk is longer than ${limit} bytes`, {
    limit,
    hint: 'Boot the disk by its firmware: leave out boot (--boot).',
  });
}
