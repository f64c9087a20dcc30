import {
  readCount,
  readFlag,
  readHex,
  readList,
  readTime,
  readWord,
} from '../cache/records/values.ts';
import { artifactRoles } from '../contracts/artifact-roles.ts';
import { type Digest, type Signer, trustLevels } from '../contracts/proof.ts';
import { guestSeeds } from '../contracts/seed.ts';
import type { ArtifactRole, GuestFacts } from '../contracts/vendor.ts';
import { defined } from '../kit/defined.ts';
import { publicUrl } from '../kit/public-url.ts';
import { parseOptional, parseRecord, parseText } from '../kit/records.ts';
import { LockDefect, refuseUnknownMembers } from './defect.ts';
import type { LockedBoot, LockedFile, LockedImage, LockedTrust } from './lock-file.ts';

const ofFile = [
  'digests',
  'sizeBytes',
  'url',
  'archives',
  'mirrors',
  'fileName',
  'layers',
  'entry',
  'members',
  'trust',
];
const ofImage = [
  'release',
  'codename',
  'version',
  'variant',
  'snapshot',
  'boot',
  'guest',
  'locked',
];

/** Parses one build of a lock file; throws an `Error` that names the place. */
export function parseLockedImage(value: unknown, where: string): LockedImage {
  const members = parseRecord(value, where);
  refuseUnknownMembers(members, where, [...ofFile, ...ofImage]);
  const text = (name: string) => parseText(members[name], `${where}.${name}`);
  const maybe = (name: string) => parseOptional(members[name], `${where}.${name}`, parseText);
  return {
    release: text('release'),
    variant: text('variant'),
    snapshot: text('snapshot'),
    ...readFile(members, where),
    ...defined({
      codename: maybe('codename'),
      version: maybe('version'),
      boot: parseOptional(members['boot'], `${where}.boot`, readBoot),
      guest: parseOptional(members['guest'], `${where}.guest`, readGuest),
    }),
    locked: readTime(members['locked'], `${where}.locked`),
  };
}

function readFile(members: Record<string, unknown>, where: string): LockedFile {
  return {
    digests: readDigests(members['digests'], `${where}.digests`),
    url: readLockedAddress(members['url'], `${where}.url`),
    fileName: readFileName(members['fileName'], `${where}.fileName`),
    layers: readList(members['layers'], `${where}.layers`, parseText),
    trust: readTrust(members['trust'], `${where}.trust`),
    ...defined({
      sizeBytes: parseOptional(members['sizeBytes'], `${where}.sizeBytes`, readCount),
      archives: parseOptional(members['archives'], `${where}.archives`, readAddresses),
      mirrors: parseOptional(members['mirrors'], `${where}.mirrors`, readAddresses),
      entry: parseOptional(members['entry'], `${where}.entry`, parseText),
      members: parseOptional(members['members'], `${where}.members`, readMembers),
    }),
  };
}

function readMembers(value: unknown, where: string): Record<string, ArtifactRole> {
  const pairs = Object.entries(parseRecord(value, where));
  return Object.fromEntries(
    pairs.map(([name, role]) => [name, readWord(role, `${where}.${name}`, artifactRoles)] as const),
  );
}

function readBoot(value: unknown, where: string): LockedBoot {
  const { kernel, initrd, cmdline, ...others } = parseRecord(value, where);
  refuseUnknownMembers(others, where, ['kernel', 'initrd', 'cmdline']);
  const read = (file: unknown, at: string): LockedFile => {
    const members = parseRecord(file, at);
    refuseUnknownMembers(members, at, ofFile);
    return readFile(members, at);
  };
  return {
    kernel: read(kernel, `${where}.kernel`),
    ...defined({
      initrd: parseOptional(initrd, `${where}.initrd`, read),
      cmdline: parseOptional(cmdline, `${where}.cmdline`, parseText),
    }),
  };
}

function readDigests(value: unknown, where: string): Digest[] {
  const digests = readList(value, where, readLockedDigest);
  if (digests.length === 0) throw new LockDefect(`${where} has no digest, so nothing is pinned`);
  if (new Set(digests.map((digest) => digest.slice(0, 6))).size < digests.length) {
    throw new LockDefect(`${where} has two digests of the same hash`);
  }
  return digests;
}

export function readLockedDigest(value: unknown, where: string): Digest {
  const text = parseText(value, where);
  if (text.startsWith('sha512:')) return `sha512:${readHex(text.slice(7), where, 128)}`;
  if (text.startsWith('sha256:')) return `sha256:${readHex(text.slice(7), where, 64)}`;
  throw new Error(`${where} should be a sha256 or sha512 digest`);
}

function readAddresses(value: unknown, where: string): string[] {
  return readList(value, where, readLockedAddress);
}

export function readLockedAddress(value: unknown, where: string): string {
  const text = parseText(value, where);
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) {
    throw new LockDefect(`${where} should be an https address`);
  }
  if (publicUrl(text) === new URL(text).href) return text;
  throw new LockDefect(`${where} has user info, a query or a fragment, which can hold secrets`);
}

function readFileName(value: unknown, where: string): string {
  const text = parseText(value, where);
  if (!/^\.{0,2}$|[/\\\0]/.test(text)) return text;
  throw new LockDefect(`${where} should be the name of a file, without a folder`);
}

function readTrust(value: unknown, where: string): LockedTrust {
  const { level, signer, signedAt, ...others } = parseRecord(value, where);
  refuseUnknownMembers(others, where, ['level', 'signer', 'signedAt']);
  return {
    level: readWord(level, `${where}.level`, trustLevels),
    ...defined({
      signer: parseOptional(signer, `${where}.signer`, readLockedSigner),
      signedAt: parseOptional(signedAt, `${where}.signedAt`, readTime),
    }),
  };
}

export function readLockedSigner(value: unknown, where: string): Signer {
  const { fingerprint, subkey, userId, keyOrigin, ...others } = parseRecord(value, where);
  refuseUnknownMembers(others, where, ['fingerprint', 'subkey', 'userId', 'keyOrigin']);
  return {
    fingerprint: parseText(fingerprint, `${where}.fingerprint`),
    ...defined({
      subkey: parseOptional(subkey, `${where}.subkey`, parseText),
      userId: parseOptional(userId, `${where}.userId`, parseText),
      keyOrigin: parseOptional(keyOrigin, `${where}.keyOrigin`, (word, at) =>
        readWord(word, at, keyOrigins),
      ),
    }),
  };
}

const keyOrigins = ['vendor', 'caller'] as const;
const firmwares = ['bios', 'uefi'] as const;

function readGuest(value: unknown, where: string): GuestFacts {
  const { user, seed, ssh, firmware, eol, minDiskBytes, minMemoryBytes, osIds, ...others } =
    parseRecord(value, where);
  const sizes = ['minDiskBytes', 'minMemoryBytes'];
  const known = ['user', 'seed', 'ssh', 'firmware', ...sizes, 'osIds', 'eol'];
  refuseUnknownMembers(others, where, known);
  return defined({
    user: parseOptional(user, `${where}.user`, parseText),
    seed: parseOptional(seed, `${where}.seed`, (word, at) => readWord(word, at, guestSeeds)),
    ssh: parseOptional(ssh, `${where}.ssh`, readFlag),
    firmware: parseOptional(firmware, `${where}.firmware`, (list, at) =>
      readList(list, at, (word, of) => readWord(word, of, firmwares)),
    ),
    minDiskBytes: parseOptional(minDiskBytes, `${where}.minDiskBytes`, readCount),
    minMemoryBytes: parseOptional(minMemoryBytes, `${where}.minMemoryBytes`, readCount),
    osIds: parseOptional(osIds, `${where}.osIds`, (list, at) => readList(list, at, parseText)),
    eol: parseOptional(eol, `${where}.eol`, readLockedDay),
  });
}

export function readLockedDay(value: unknown, where: string): string {
  const text = parseText(value, where);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return text;
  throw new LockDefect(`${where} should be a day such as 2028-06-30`);
}
