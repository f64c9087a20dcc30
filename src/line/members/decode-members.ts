import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { maxManifestBytes, parseBundleManifest } from '../../bundles/manifest.ts';
import { inCache } from '../../cache/cache-error.ts';
import type { ArchiveEntry } from '../../contracts/format.ts';
import type { ArtifactRole } from '../../contracts/vendor.ts';
import { refuse } from '../../errors.ts';
import { openArchive } from '../../image/open-archive.ts';
import { openLayers } from '../../image/open-layers.ts';
import { maxKernelBytes } from '../../image/unpack-kernel.ts';
import { keepStaged } from '../boot/keep-boot-file.ts';
import { type Writing, writeDecoded } from '../decode/write-decoded.ts';
import type { WrittenFile, WrittenMember } from '../decoded.ts';
import type { Fetching } from '../fetch.ts';
import type { Making } from '../making.ts';
import { planMember } from '../plan.ts';

type Decoding = Making & { fetching: Fetching };

/**
 * Writes each member of a bundle to a staged file as it arrives; refuses other members. The planned member is the
 * result of the call; the others become separate entries.
 */
export async function decodeMembers(
  making: Decoding,
  roles: Readonly<Record<string, ArtifactRole>>,
  writing: Writing,
): Promise<WrittenFile & { members: WrittenMember[] }> {
  const { call, plan, fetching } = making;
  const { layers } = plan.artifact;
  const { formats } = call.parts;
  const { context } = writing;
  const { archive, source, chain } = await openArchive(fetching.source, layers, formats, context);
  const files: WrittenMember[] = [];
  for await (const entry of archive.entries(source, context, { exactly: Object.keys(roles) })) {
    const role = Object.hasOwn(roles, entry.name) ? roles[entry.name] : undefined;
    if (role === undefined || files.some((file) => file.role === role)) {
      throw unexpected(entry.name);
    }
    const written =
      role === 'disk'
        ? await decodeDisk(making, entry, chain, writing)
        : await keepMember(making, entry, role);
    await entry.finish();
    files.push({ ...written, chain: [...chain, ...written.chain], role });
  }
  const missing = Object.values(roles).find((role) => !files.some((file) => file.role === role));
  const planned = files.find((file) => file.role === plan.role);
  if (missing !== undefined || planned === undefined) {
    throw refuse('not-an-image', `${plan.artifact.fileName} holds no ${missing ?? plan.role}`);
  }
  const { role: _, ...file } = planned;
  return { ...file, members: files.filter((one) => one !== planned) };
}

/** Decodes the disk among the members, like any other disk. */
async function decodeDisk(
  making: Decoding,
  entry: ArchiveEntry,
  around: readonly string[],
  writing: Writing,
): Promise<WrittenFile> {
  const { call, plan } = making;
  const declared = plan.artifact.layers.slice(around.length);
  const { formats } = call.parts;
  const { context } = writing;
  const opened = await openLayers(entry.source, declared, undefined, formats, context);
  return writeDecoded(making, opened, writing);
}

/** Copies any other member unchanged; its length is bounded before and during reading. */
async function keepMember(
  making: Decoding,
  entry: ArchiveEntry,
  role: ArtifactRole,
): Promise<WrittenFile> {
  const { call, staging } = making;
  const limit = maxBytes(role, call.options.limits.downloadBytes);
  if (entry.sizeBytes !== undefined && entry.sizeBytes > limit) throw tooLong(entry.name, limit);
  const path = join(staging.dir, role);
  let sizeBytes = 0;
  const handle = await inCache(path, 'write', () => staging.create(path));
  try {
    for await (const chunk of entry.source.stream()) {
      call.signal.throwIfAborted();
      sizeBytes += chunk.length;
      if (sizeBytes > limit) throw tooLong(entry.name, limit);
      await inCache(path, 'write', () => handle.writeFile(chunk));
    }
  } finally {
    await handle.close();
  }
  if (role === 'manifest') await checkManifest(path);
  const plan = planMember(making.plan, call.options, role);
  const unpacked = join(staging.dir, `${role}-raw`);
  return keepStaged({ call, plan, staging }, { path, unpacked, sizeBytes });
}

async function checkManifest(path: string): Promise<void> {
  await inCache(path, 'read', async () => {
    const handle = await open(path, 'r');
    try {
      parseBundleManifest(await handle.readFile('utf8'));
    } finally {
      await handle.close();
    }
  });
}

function maxBytes(role: ArtifactRole, others: number): number {
  if (role === 'manifest') return maxManifestBytes;
  return role === 'kernel' ? maxKernelBytes : others;
}

function tooLong(name: string, limit: number): Error {
  return refuse('limit', `the member ${JSON.stringify(name)} is longer than ${limit} bytes`, {
    limit,
    hint: 'Report it to the publisher of the bundle: the file is too long.',
  });
}

function unexpected(name: string): Error {
  return refuse('ambiguous-content', `the bundle holds ${JSON.stringify(name)}, which it may not`, {
    value: name,
    hint: 'Report it to the publisher of the bundle: it holds a file that is not allowed.',
  });
}
