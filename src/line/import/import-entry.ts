import { randomUUID } from 'node:crypto';
import { open, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { GrowingFile } from '../../bytes/growing-file.ts';
import { readSparseMap, sparseBodyBytes } from '../../cache/archive/sparse-map.ts';
import { type ExportMember, paddingBytes } from '../../cache/archive/tar-head.ts';
import { badArchive, type TarTape } from '../../cache/archive/tar-tape.ts';
import { inCache } from '../../cache/cache-error.ts';
import { digestBlocks } from '../../cache/digest/content-digest.ts';
import { hashFile, tabulateDisk } from '../../cache/digest/hash-disk.ts';
import { publishEntry } from '../../cache/entries/publish.ts';
import type { Entry } from '../../cache/entries/read.ts';
import { baseName } from '../../cache/names/cache-name.ts';
import type { ImageRecord } from '../../cache/records/image-record.ts';
import { openStaging } from '../../cache/staging.ts';
import type { ImageContent } from '../../contracts/image.ts';
import { readContent } from '../../disk/read-content.ts';
import { IntegrityError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import type { Call } from '../call.ts';
import { makeRecorded } from '../repair/remake.ts';
import { waitForName } from '../wait.ts';
import { requireRoom } from './require-room.ts';

/**
 * Makes an entry from a download in an archive, as if it had been fetched: it accepts only bytes with the digests of
 * the record and decodes the disk itself, so a wrong disk in the archive does no harm.
 */
export async function importSource(
  call: Call,
  tape: TarTape,
  member: ExportMember,
  record: ImageRecord,
): Promise<Entry> {
  const { downloadBytes } = call.options.limits;
  if (member.sizeBytes !== record.source.sizeBytes || member.realBytes !== undefined) {
    throw badArchive(`${member.name} does not have the size that its record says`);
  }
  await requireRoom(call, member.sizeBytes, downloadBytes, 'downloadBytes');
  // Not a cache name, so that it is swept if this process is killed.
  const path = join(call.cache.folder('staging'), `.import-${randomUUID()}`);
  try {
    await inCache(path, 'write', async () => {
      const handle = await open(path, 'wx', 0o600);
      try {
        for await (const piece of tape.pieces(member.sizeBytes)) await handle.write(piece);
      } finally {
        await handle.close();
      }
    });
    await tape.skip(paddingBytes(member.sizeBytes));
    const { entry } = await waitForName(call, record.name, () =>
      makeRecorded(call, record, pathToFileURL(path), []),
    );
    return entry;
  } finally {
    await rm(path, { force: true });
  }
}

/**
 * Makes an entry from a disk in an archive. Its bytes are verified by a content digest from the caller, or they are
 * the published file itself.
 */
export async function importDisk(
  call: Call,
  tape: TarTape,
  member: ExportMember,
  record: ImageRecord,
): Promise<Entry> {
  const { sizeBytes, contentDigest, sha256, virtualSize } = record.disk;
  if (member.realBytes !== sizeBytes)
    throw badArchive(`${member.name} does not have the size that its record says`);
  await requireRoom(call, 0, call.options.limits.virtualBytes, 'virtualBytes', sizeBytes);
  const { extents, mapBytes } = await readSparseMap(tape, sizeBytes);
  if (sparseBodyBytes(mapBytes, extents) !== member.sizeBytes) {
    throw badArchive(`the map of ${member.name} does not fit its length`);
  }
  await requireRoom(call, member.sizeBytes - mapBytes, Number.POSITIVE_INFINITY, 'virtualBytes');
  return await waitForName(call, record.name, async () => {
    const staging = await openStaging(call.cache, baseName(record.name));
    try {
      await staging.clear();
      const handle = await staging.create(staging.disk);
      try {
        await inCache(staging.disk, 'write', async () => {
          for (const [offset, length] of extents) {
            let at = offset;
            for await (const piece of tape.pieces(length)) {
              await handle.write(piece, 0, piece.length, at);
              at += piece.length;
            }
          }
        });
      } finally {
        await handle.close();
      }
      await inCache(staging.disk, 'write', () => truncate(staging.disk, sizeBytes));
      await tape.skip(paddingBytes(member.sizeBytes));
      const { blocks } = await tabulateDisk(staging.disk, extents, call.signal);
      const isSame = digestBlocks(blocks, sizeBytes) === contentDigest;
      const isUpstreams =
        sha256 === undefined || (await hashFile(staging.disk, call.signal)) === sha256;
      if (!isSame || !isUpstreams) throw otherBytes(record.name);
      const { schema: _s, name: _n, created: _c, content: _o, ...known } = record;
      const { disk: _d, extents: _e, source, ...rest } = known;
      const content = await contentOf(call, staging.disk, record);
      const { kept: _k, ...published } = source;
      return await publishEntry(call.cache, staging, {
        name: baseName(record.name),
        record: {
          ...rest,
          facts: factsOf(record),
          ...defined({ content }),
          source: published,
          extents,
          disk: { virtualSize, blocks, sha256 },
        },
        signal: call.signal,
      });
    } catch (error) {
      await staging.remove().catch(() => undefined);
      throw error;
    }
  });
}

/** The archive's statement about the origin of a kernel is not trusted: the kernel is read from the disk again. */
function factsOf({ facts }: ImageRecord): ImageRecord['facts'] {
  const { disk: _d, diskSource: _s, files: _f, bootEntry: _e, ...others } = facts;
  return others;
}

/** The content of a disk, read here; the statements of the archive do not count. */
async function contentOf(
  { parts, options: { log }, signal }: Call,
  path: string,
  { format, disk: { sizeBytes } }: ImageRecord,
): Promise<ImageContent | undefined> {
  if (format !== 'raw') return undefined;
  const handle = await open(path, 'r');
  try {
    const disk = GrowingFile.whole(handle, sizeBytes);
    return (await readContent(disk, parts, { signal, log })).content;
  } finally {
    await handle.close();
  }
}

function otherBytes(name: string): IntegrityError {
  return new IntegrityError({
    code: 'ERR_DIGEST',
    message: `the disk ${name} in the archive is not the one that its record describes`,
    hint: 'Do not use the archive; export it again.',
    details: { fileName: name },
  });
}
