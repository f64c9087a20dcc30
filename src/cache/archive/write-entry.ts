import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Extents } from '../../bytes/extents.ts';
import { CacheError } from '../../errors.ts';
import type { Cache } from '../cache.ts';
import { inCache } from '../cache-error.ts';
import { formatDigestTable } from '../digest/digest-table.ts';
import { tabulateDisk } from '../digest/hash-disk.ts';
import { readDigestTable } from '../entries/blocks-file.ts';
import type { Entry } from '../entries/read.ts';
import { readSmallFile } from '../read-small-file.ts';
import { formatRecord } from '../records/image-record.ts';
import { formatSparseMap, sparseBodyBytes } from './sparse-map.ts';
import { type ExportMember, formatTarHead, tarPadding } from './tar-head.ts';

const pieceBytes = 1024 * 1024;

/**
 * Writes an entry as members of a tar: first its record and the documents that prove its origin. Then the kept
 * download, which the import decodes again; without one, the digests of the blocks and the sparse disk. The caller
 * must hold a lease on the entry.
 */
export async function writeEntryTo(
  output: FileHandle,
  cache: Cache,
  { name, path, record, source }: Entry,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { extents: _, ...small } = record;
  const mtimeMs = record.disk.mtimeMs;
  const text = async (file: string, body: Buffer): Promise<void> => {
    await output.write(formatTarHead({ name: file, sizeBytes: body.length, mtimeMs }));
    await output.write(Buffer.concat([body, tarPadding(body.length)]));
  };
  const evidence = await readSmallFile(cache.evidencePathOf(name));
  if (source !== undefined) {
    await text(`${name}.json`, Buffer.from(formatRecord(small)));
    if (evidence !== undefined) await text(`${name}.evidence`, Buffer.from(evidence));
    const { sizeBytes } = record.source;
    const member = { name: `${name}.source`, sizeBytes, mtimeMs };
    return await copyRanges(output, source, member, [[0, sizeBytes]], signal);
  }
  const kept = (await readDigestTable({ path, record })).table;
  const table = kept ?? (await tabulateDisk(path, record.extents, signal));
  const map = formatSparseMap(table.extents, table.sizeBytes);
  const sizeBytes = sparseBodyBytes(map.length, table.extents);
  await text(`${name}.json`, Buffer.from(formatRecord(small)));
  if (evidence !== undefined) await text(`${name}.evidence`, Buffer.from(evidence));
  await text(`${name}.blocks`, formatDigestTable(table));
  const member = { name, sizeBytes, mtimeMs, realBytes: table.sizeBytes };
  await copyRanges(output, path, member, table.extents, signal, map);
}

async function copyRanges(
  output: FileHandle,
  from: string,
  member: ExportMember,
  extents: Extents,
  signal: AbortSignal | undefined,
  map: Buffer = Buffer.alloc(0),
): Promise<void> {
  await output.write(Buffer.concat([formatTarHead(member), map]));
  await inCache(from, 'read', async () => {
    const handle = await open(from, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      const buffer = Buffer.allocUnsafeSlow(pieceBytes);
      for (const [offset, length] of extents) {
        for (let at = offset; at < offset + length; ) {
          signal?.throwIfAborted();
          const wanted = Math.min(pieceBytes, offset + length - at);
          const { bytesRead } = await handle.read(buffer, 0, wanted, at);
          if (bytesRead === 0) throw cut(from);
          await output.write(buffer, 0, bytesRead);
          at += bytesRead;
        }
      }
    } finally {
      await handle.close();
    }
  });
  await output.write(tarPadding(member.sizeBytes));
}

function cut(path: string): CacheError {
  return new CacheError({
    code: 'ERR_CACHE_IO',
    message: `${path} is shorter than its record says`,
    hint: 'Run: rootdisk cache verify --repair',
    details: { path },
  });
}
