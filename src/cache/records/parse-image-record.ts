import type { Extents } from '../../bytes/extents.ts';
import { type AllowedDefect, allowances } from '../../contracts/allowance.ts';
import { arches } from '../../contracts/arch.ts';
import type { ImageContent, ImageIdentity } from '../../contracts/image.ts';
import { type Digest, type KeyOrigin, type Signer, trustLevels } from '../../contracts/proof.ts';
import { guestSeeds } from '../../contracts/seed.ts';
import type { GuestFacts } from '../../contracts/vendor.ts';
import { CacheError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import { parseList, parseOptional, parseRecord, parseText } from '../../kit/records.ts';
import type { ContentDigestText } from '../digest/content-digest.ts';
import type {
  DiskRecord,
  EvidenceRecord,
  ImageRecord,
  SourceRecord,
  TrustRecord,
} from './image-record.ts';
import { readCount, readFlag, readHex, readList, readTexts, readTime, readWord } from './values.ts';

/**
 * Parses a record strictly. Throws `ERR_CACHE_IO`, naming the damaged member, for anything that `formatRecord` never
 * writes.
 */
export function parseImageRecord(text: string): ImageRecord {
  try {
    return readRecord(parseRecord(JSON.parse(text), 'record'));
  } catch (cause) {
    throw new CacheError({
      code: 'ERR_CACHE_IO',
      message: `damaged record: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'Remove the entry with rootdisk cache rm, and get the image again.',
      details: {},
      cause,
    });
  }
}

function readRecord(value: Record<string, unknown>): ImageRecord {
  if (value['schema'] !== 1) throw new Error('schema should be 1');
  const disk = readDisk(parseRecord(value['disk'], 'disk'));
  const extents = parseOptional(value['extents'], 'extents', (list) =>
    readExtents(list, disk.sizeBytes),
  );
  const guest = parseOptional(value['guest'], 'guest', readGuest);
  const content = parseOptional(value['content'], 'content', readContent);
  const allowed = parseOptional(value['allowed'], 'allowed', (list, where) =>
    readList(list, where, readAllowed),
  );
  return {
    schema: 1,
    name: parseText(value['name'], 'name'),
    identity: readIdentity(parseRecord(value['identity'], 'identity')),
    parameters: readTexts(value['parameters'], 'parameters'),
    format: parseText(value['format'], 'format'),
    requests: readList(value['requests'], 'requests', parseText),
    aliases: readList(value['aliases'], 'aliases', parseText),
    source: readSource(parseRecord(value['source'], 'source')),
    disk,
    decoder: parseText(value['decoder'], 'decoder'),
    layers: readList(value['layers'], 'layers', parseText),
    trust: readTrust(parseRecord(value['trust'], 'trust')),
    evidence: readEvidence(parseRecord(value['evidence'], 'evidence')),
    ...defined({ extents, guest, content, allowed }),
    facts: readTexts(value['facts'], 'facts'),
    created: readTime(value['created'], 'created'),
  };
}

function readIdentity(value: Record<string, unknown>): ImageIdentity {
  return defined({
    vendor: parseText(value['vendor'], 'identity.vendor'),
    release: parseText(value['release'], 'identity.release'),
    codename: parseOptional(value['codename'], 'identity.codename', parseText),
    version: parseOptional(value['version'], 'identity.version', parseText),
    variant: parseText(value['variant'], 'identity.variant'),
    arch: readWord(value['arch'], 'identity.arch', arches),
    snapshot: parseText(value['snapshot'], 'identity.snapshot'),
  });
}

function readSource(value: Record<string, unknown>): SourceRecord {
  return defined({
    url: parseText(value['url'], 'source.url'),
    mirrors: parseOptional(value['mirrors'], 'source.mirrors', readAddresses),
    fileName: parseText(value['fileName'], 'source.fileName'),
    sha256: readHex(value['sha256'], 'source.sha256', 64),
    sha512: parseOptional(value['sha512'], 'source.sha512', (text, where) =>
      readHex(text, where, 128),
    ),
    sizeBytes: readCount(value['sizeBytes'], 'source.sizeBytes'),
    tier: parseOptional(value['tier'], 'source.tier', parseText),
    kept: readFlag(value['kept'], 'source.kept'),
  });
}

function readAddresses(value: unknown, where: string): string[] {
  return readList(value, where, parseText);
}

function readDisk(value: Record<string, unknown>): DiskRecord {
  const mtimeMs = value['mtimeMs'];
  if (typeof mtimeMs !== 'number') throw new Error('disk.mtimeMs should be a number');
  const text = parseText(value['contentDigest'], 'disk.contentDigest');
  const [, hex] = /^content-sha256:(.*)$/s.exec(text) ?? [];
  const contentDigest: ContentDigestText = `content-sha256:${readHex(hex, 'disk.contentDigest', 64)}`;
  return defined({
    sizeBytes: readCount(value['sizeBytes'], 'disk.sizeBytes'),
    mtimeMs,
    virtualSize: readCount(value['virtualSize'], 'disk.virtualSize'),
    contentDigest,
    sha256: parseOptional(value['sha256'], 'disk.sha256', (v, w) => readHex(v, w, 64)),
  });
}

function readExtents(value: unknown, sizeBytes: number): Extents {
  let end = 0;
  return readList(value, 'extents', (item, where) => {
    const pair = parseList(item, where);
    const offset = readCount(pair[0], where);
    const length = readCount(pair[1], where);
    if (pair.length !== 2 || offset < end || offset + length > sizeBytes) {
      throw new Error(`${where} should follow the one before it, inside the disk`);
    }
    end = offset + length;
    return [offset, length] as const;
  });
}

function readTrust(value: Record<string, unknown>): TrustRecord {
  return defined({
    level: readWord(value['level'], 'trust.level', trustLevels),
    offered: readWord(value['offered'], 'trust.offered', trustLevels),
    pinned: readFlag(value['pinned'], 'trust.pinned'),
    signer: parseOptional(value['signer'], 'trust.signer', readSigner),
    signedAt: parseOptional(value['signedAt'], 'trust.signedAt', readTime),
    warnings: readList(value['warnings'], 'trust.warnings', (item, where) => {
      const { code, message } = parseRecord(item, where);
      return { code: parseText(code, where), message: parseText(message, where) };
    }),
  });
}

function readAllowed(value: unknown, where: string): AllowedDefect {
  const { allowance, message } = parseRecord(value, where);
  return {
    allowance: readWord(allowance, where, allowances),
    message: parseText(message, where),
  };
}

const keyOrigins: readonly KeyOrigin[] = ['vendor', 'caller'];

function readSigner(value: unknown, where: string): Signer {
  const { fingerprint, subkey, userId, keyOrigin } = parseRecord(value, where);
  return defined({
    fingerprint: parseText(fingerprint, where),
    subkey: parseOptional(subkey, where, parseText),
    userId: parseOptional(userId, where, parseText),
    keyOrigin: parseOptional(keyOrigin, where, (word) => readWord(word, where, keyOrigins)),
  });
}

function readEvidence(value: Record<string, unknown>): EvidenceRecord {
  return defined({
    digests: readDigests(value['digests'], 'evidence.digests'),
    diskDigests: parseOptional(value['diskDigests'], 'evidence.diskDigests', readDigests),
    documents: readList(value['documents'], 'evidence.documents', (item, where) => {
      const { url, sha256 } = parseRecord(item, where);
      return { url: parseText(url, where), sha256: readHex(sha256, where, 64) };
    }),
  });
}

function readDigests(value: unknown, where: string): Digest[] {
  return readList(value, where, (item, at): Digest => {
    const text = parseText(item, at);
    if (text.startsWith('sha512:')) return `sha512:${readHex(text.slice(7), at, 128)}`;
    if (text.startsWith('sha256:')) return `sha256:${readHex(text.slice(7), at, 64)}`;
    throw new Error(`${at} should be a sha256 or sha512 digest`);
  });
}

const firmwares = ['bios', 'uefi'] as const;

function readGuest(value: unknown, where: string): GuestFacts {
  const { user, seed, ssh, firmware, eol, minDiskBytes, minMemoryBytes, osIds } = parseRecord(
    value,
    where,
  );
  const guest: GuestFacts = {};
  if (user !== undefined) guest.user = parseText(user, `${where}.user`);
  if (seed !== undefined) guest.seed = readWord(seed, `${where}.seed`, guestSeeds);
  if (ssh !== undefined) guest.ssh = readFlag(ssh, `${where}.ssh`);
  if (firmware !== undefined) {
    guest.firmware = readList(firmware, `${where}.firmware`, (v, w) => readWord(v, w, firmwares));
  }
  if (eol !== undefined) guest.eol = parseText(eol, `${where}.eol`);
  if (minDiskBytes !== undefined) {
    guest.minDiskBytes = readCount(minDiskBytes, `${where}.minDiskBytes`);
  }
  if (minMemoryBytes !== undefined) {
    guest.minMemoryBytes = readCount(minMemoryBytes, `${where}.minMemoryBytes`);
  }
  if (osIds !== undefined) guest.osIds = readList(osIds, `${where}.osIds`, parseText);
  return guest;
}

function readContent(value: unknown, where: string): ImageContent {
  const { system, arch, unknown } = parseRecord(value, where);
  return defined({
    system: parseOptional(system, `${where}.system`, (item, at) => {
      const { id, version, name } = parseRecord(item, at);
      return defined({
        id: parseText(id, `${at}.id`),
        version: parseOptional(version, `${at}.version`, parseText),
        name: parseOptional(name, `${at}.name`, parseText),
      });
    }),
    arch: parseOptional(arch, `${where}.arch`, (word, at) => readWord(word, at, arches)),
    unknown: parseOptional(unknown, `${where}.unknown`, (item, at) => {
      const { reason, message } = parseRecord(item, at);
      return {
        reason: parseText(reason, `${at}.reason`),
        message: parseText(message, `${at}.message`),
      };
    }),
  });
}
