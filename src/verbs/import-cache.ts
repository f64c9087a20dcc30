import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ExportMember } from '../cache/archive/tar-head.ts';
import { paddingBytes } from '../cache/archive/tar-head.ts';
import { badArchive, TarTape } from '../cache/archive/tar-tape.ts';
import { inCache } from '../cache/cache-error.ts';
import { findEntries } from '../cache/entries/find.ts';
import { requireCacheName } from '../cache/names/cache-name.ts';
import type { ImageRecord } from '../cache/records/image-record.ts';
import { parseImageRecord } from '../cache/records/parse-image-record.ts';
import { digestsOf } from '../cache/records/source-digests.ts';
import type { TransportOptions } from '../contracts/options.ts';
import type { OnProgress } from '../contracts/progress.ts';
import type { TrustLevel } from '../contracts/proof.ts';
import { IntegrityError, refuse, UsageError } from '../errors.ts';
import { type Call, openCall } from '../line/call.ts';
import { importDisk, importSource } from '../line/import/import-entry.ts';
import { proveImport } from '../line/import/prove-import.ts';
import { withoutClaims } from '../line/import/without-claims.ts';
import type { BoundParts } from '../parts/bind.ts';
import { checkOptions, readPath } from '../parts/check-options.ts';
import { optionKinds } from '../parts/option-kinds.ts';

export interface ImportOptions
  extends Pick<TransportOptions, 'cacheDir' | 'limits' | 'log' | 'signal'> {
  /**
   * Digests that the caller got from another source than the archive: of a published file (`sha256:…`, `sha512:…`),
   * or of a disk (`content-sha256:…`, as `exportCache` returned it). A file with one of them is imported as `pinned`.
   */
  digest?: string | readonly string[] | undefined;
  /** The current time for the expiry of keys; default: now. */
  now?: Date | undefined;
  onProgress?: OnProgress | undefined;
}

export interface ImportedEntry {
  name: string;
  /** Absolute path of the disk. */
  path: string;
  /** `present`: the same disk was already there, and stays unchanged. */
  state: 'imported' | 'present';
  /**
   * `signed` if the documents in the archive prove that a key of the vendor in this package signed it, `pinned` if a
   * digest names it, else `none`; for a disk that was present, its existing level.
   */
  trust: TrustLevel;
}

export interface ImportedCache {
  entries: ImportedEntry[];
}

export type ImportCache = (input: string, options?: ImportOptions) => Promise<ImportedCache>;

/**
 * `importCache` for the given parts: adds disks from an archive of `exportCache`, and trusts no claim in it. It
 * accepts a disk with its download, which is decoded on this machine, or a disk whose content `digest` names. It
 * refuses everything else before writing it; disks that were already imported stay.
 */
export function bindImportCache(parts: BoundParts): ImportCache {
  return async (input, given = {}) => {
    checkOptions(given, optionKinds.importCache);
    const { digest = [], ...options } = given;
    const digests = readDigests(digest);
    const path = resolve(readPath('input', input));
    const call = await openCall(parts, 'cache', { ...options, offline: true }, { readOnly: false });
    call.cache.requireWritable();
    const handle = await inCache(path, 'open', () => open(path, constants.O_RDONLY));
    try {
      const tape = new TarTape(handle, path, call.signal);
      const entries: ImportedEntry[] = [];
      let record: ImageRecord | undefined;
      let evidence: string | undefined;
      for (let member = await tape.next(); member !== undefined; member = await tape.next()) {
        if (record === undefined) {
          record = await readRecord(tape, member);
          continue;
        }
        const { name } = record;
        if (member.name === `${name}.evidence`) {
          evidence = await readText(tape, member);
          continue;
        }
        if (member.name === `${name}.blocks`) {
          // The extents are in the map of the disk, and its digests are computed again.
          await tape.skip(member.sizeBytes + paddingBytes(member.sizeBytes));
          continue;
        }
        entries.push(await importMember(call, tape, member, { record, evidence, digests }));
        [record, evidence] = [undefined, undefined];
      }
      if (record !== undefined) throw badArchive(`it has no disk of ${record.name}`);
      return { entries };
    } finally {
      await handle.close();
    }
  };
}

const maxRecordBytes = 64 * 1024 * 1024;

/** The record at the start of an entry; it must have the entry's name, and the name must match its identity. */
async function readRecord(tape: TarTape, member: ExportMember): Promise<ImageRecord> {
  const [, name] = /^(.+)\.json$/.exec(member.name) ?? [];
  if (name === undefined) throw badArchive(`${member.name} does not directly follow its record`);
  const parts = requireCacheName(name);
  const text = await readText(tape, member);
  const record = parseImageRecord(text);
  const { identity } = record;
  const isOwn =
    record.name === name &&
    (['vendor', 'release', 'variant', 'arch', 'snapshot'] as const).every(
      (field) => parts[field] === identity[field],
    );
  if (isOwn) return record;
  throw new IntegrityError({
    code: 'ERR_DIGEST',
    message: `the record of ${name} in the archive describes ${record.name}, ${identity.vendor}:${identity.release}`,
    hint: 'Do not use the archive; export it again.',
    details: { fileName: member.name },
  });
}

async function readText(tape: TarTape, member: ExportMember): Promise<string> {
  if (member.sizeBytes > maxRecordBytes) {
    throw refuse('limit', `${member.name} has ${member.sizeBytes} bytes`);
  }
  const text = (await tape.read(member.sizeBytes)).toString('utf8');
  await tape.skip(paddingBytes(member.sizeBytes));
  return text;
}

/** The claims of the archive about an entry, and the facts from the caller. */
interface Claims {
  record: ImageRecord;
  evidence: string | undefined;
  digests: readonly string[];
}

async function importMember(
  call: Call,
  tape: TarTape,
  member: ExportMember,
  { record, evidence, digests }: Claims,
): Promise<ImportedEntry> {
  const { name, source, disk } = record;
  const isSource = member.name === `${name}.source`;
  if (!isSource && member.name !== name)
    throw badArchive(`${member.name} is not a part of ${name}`);
  const [there] = await findEntries(call.cache, { base: name, sourceSha256: source.sha256 });
  if (there !== undefined) {
    await tape.skip(member.sizeBytes + paddingBytes(member.sizeBytes));
    const { path, record } = there;
    return { name: there.name, path, state: 'present', trust: record.trust.level };
  }
  const hasContent = digests.includes(disk.contentDigest);
  const isPublished = isSource || disk.sha256 === source.sha256;
  if (!isPublished && !hasContent) throw unbound(record);
  const isPinned = hasContent || digestsOf(source).some((one) => digests.includes(one));
  const claimed = withoutClaims(record, isPinned, isSource);
  const make = isSource ? importSource : importDisk;
  const made = await make(call, tape, member, claimed);
  const entry =
    evidence === undefined || !isPublished ? made : await proveImport(call, made, evidence);
  const { name: taken, path } = entry;
  return { name: taken, path, state: 'imported', trust: entry.record.trust.level };
}

function unbound({ name, disk }: ImageRecord): IntegrityError {
  return new IntegrityError({
    code: 'ERR_UNTRUSTED',
    message: `nothing proves that the disk ${name} in the archive is the published one: the archive does not have its download`,
    hint: 'Export a disk that was made with keepSource (--keep-source); or give the content digest that the export printed as digest (--digest), from a source that you trust.',
    details: { fileName: name, actual: disk.contentDigest },
  });
}

function readDigests(digest: unknown): string[] {
  const digests = [digest].flat();
  const isDigest = (one: unknown): one is string =>
    typeof one === 'string' &&
    /^(?:(?:content-)?sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.test(one);
  if (digests.every(isDigest)) return digests;
  throw new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: 'digest must be like sha256:…, sha512:… or content-sha256:…, in lower-case hex digits',
    hint: 'Take it from: rootdisk cache export',
    details: { field: 'digest' },
  });
}
