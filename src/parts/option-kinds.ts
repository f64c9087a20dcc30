import type { CreateBundleOptions } from '../contracts/bundle.ts';
import type { CloneOptions } from '../contracts/clone.ts';
import type { DiskBootOptions } from '../contracts/disk/boot.ts';
import type { ExportLockOptions } from '../contracts/lock-export.ts';
import type {
  CacheOptions,
  EnsureOptions,
  FileOptions,
  ResolveOptions,
  TransportOptions,
} from '../contracts/options.ts';
import type { Parts } from '../contracts/parts.ts';
import type { DocumentToVerify } from '../contracts/proof.ts';
import type { SeedOptions } from '../contracts/seed.ts';

/** The condition of an option; `wanted` completes the sentence "must be". */
export interface OptionKind {
  wanted: string;
  is(value: unknown): boolean;
}

function kind(wanted: string, is: (value: unknown) => boolean): OptionKind {
  return { wanted, is };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOf(value: unknown, is: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}

function isBytes(value: unknown): boolean {
  return value instanceof Uint8Array;
}

export const object: OptionKind = kind('an object', isPlain);
const text = kind('a text', isText);
const flag = kind('true or false', (value) => typeof value === 'boolean');
const flagOrDisk = kind("true, false or 'disk'", (value) => {
  return typeof value === 'boolean' || value === 'disk';
});
const listener = kind('a function', (value) => typeof value === 'function');
const signal = kind('an AbortSignal', (value) => {
  return typeof Object(value).aborted === 'boolean' && 'addEventListener' in Object(value);
});
const date = kind('a valid Date', (value) => {
  return value instanceof Date && !Number.isNaN(value.getTime());
});
const texts = kind('a text or a list of texts', (value) => {
  return isText(value) || isListOf(value, isText);
});
const listOfTexts = kind('a list of texts', (value) => isListOf(value, isText));
const textsByName = kind('an object whose values are texts', (value) => {
  return isPlain(value) && Object.values(value).every(isText);
});
const layers = kind("a list of format ids, outermost first, such as ['xz', 'raw']", (value) => {
  return isListOf(value, isText);
});
const keys = kind('a list of texts, or { add, replace } of such lists', (value) => {
  const isAbsentOrTexts = (one: unknown) => one === undefined || isListOf(one, isText);
  return isListOf(value, isText) || (isPlain(value) && Object.values(value).every(isAbsentOrTexts));
});
const bytes = kind('bytes (a Uint8Array)', isBytes);
const files = kind('a list of bytes (Uint8Array)', (value) => isListOf(value, isBytes));
const part = kind('a text or bytes', (value) => isText(value) || isBytes(value));
const sectors = kind('a number of bytes that is a multiple of 512', (value) => {
  return Number.isSafeInteger(value) && Number(value) > 0 && Number(value) % 512 === 0;
});
const rawOrQcow2 = kind('raw or qcow2', (value) => value === 'raw' || value === 'qcow2');
/** Checked where the option is read. */
const any = kind('', () => true);

const ofEveryCall = { limits: object, signal, log: listener };
const ofTransport = {
  ...ofEveryCall,
  ...{ mirrors: textsByName, ca: texts, cacheDir: text, bundles: text },
};
const ofCare = { signal, log: listener, cacheDir: text };
const ofRequest = {
  ...{ arch: text, variant: text, parameters: textsByName, now: date },
  ...{ format: text, trust: any, digest: text, lockfile: text, catalog: text, keys, maxAge: any },
  ...{ allowOlder: flag, boot: flagOrDisk, refresh: flag },
};
const ofFiles = {
  ...ofEveryCall,
  ...{ from: layers, entry: text, allow: any, scratchDir: text, onProgress: listener },
};

const ofLocks = {
  ...ofTransport,
  ...{ lockfile: text, arch: texts, trust: any, keys, maxAge: any, allowOlder: flag, now: date },
};

const ofEnsure = {
  ...ofTransport,
  ...ofRequest,
  ...{ from: layers, allow: any, offline: flag, verify: flag, kernelFormat: any, keepSource: flag },
  ...{ decode: any, connections: any, cacheBudget: any, tiers: any, onProgress: listener },
};

const ofRegistry = { ...ofEveryCall, ca: texts, registryMirror: text, onProgress: listener };

type Kinds<O extends object> = Readonly<Record<keyof O, OptionKind>>;
type FileKinds = Readonly<Record<keyof FileOptions | 'onProgress', OptionKind>>;

type LockWord = 'lockfile' | 'arch' | 'trust' | 'keys' | 'maxAge' | 'allowOlder' | 'now';
type LockImagesWord = 'variant' | 'parameters' | 'alias' | 'digest' | 'fromCache' | 'boot';

type OpenDiskWord = Record<'signal' | 'log', unknown>;
type BootWord = 'outputDir' | 'force' | 'kernel' | 'console' | 'root' | 'to';
type RegistryWord = 'ca' | 'limits' | 'signal' | 'log' | 'registryMirror' | 'onProgress';
type DeliverWord = 'to' | 'dataset' | 'outputDir' | 'url' | 'dryRun' | 'uuidNamespace';

interface OptionTable {
  createRootdisk: Kinds<Parts & { defaults: unknown }>;
  ensureImage: Kinds<EnsureOptions>;
  resolveImage: Kinds<ResolveOptions>;
  listImages: Kinds<TransportOptions & { now: unknown }>;
  lockImages: Kinds<TransportOptions & Record<LockWord | LockImagesWord, unknown>>;
  updateLock: Kinds<TransportOptions & Record<LockWord, unknown>>;
  checkLock: Kinds<TransportOptions & Record<LockWord, unknown>>;
  convertImage: FileKinds & { readonly force: OptionKind; readonly to: OptionKind };
  bootImage: Kinds<EnsureOptions & Record<BootWord, unknown>>;
  deliverImage: Kinds<EnsureOptions & Record<DeliverWord, unknown>>;
  inspectImage: FileKinds;
  openDisk: Kinds<OpenDiskWord>;
  boot: Kinds<DiskBootOptions>;
  verifyCache: Kinds<
    TransportOptions & Record<'repair' | 'offline' | 'now' | 'onProgress', unknown>
  >;
  listCache: Kinds<CacheOptions>;
  removeFromCache: Kinds<CacheOptions>;
  pruneCache: Kinds<
    CacheOptions & Record<'olderThan' | 'budget' | 'keep' | 'dryRun' | 'now', unknown>
  >;
  exportCache: Kinds<CacheOptions & { force: unknown }>;
  importCache: Kinds<CacheOptions & Record<'limits' | 'digest' | 'now' | 'onProgress', unknown>>;
  listRegistry: Kinds<Record<RegistryWord, unknown>>;
  verifyRegistry: Kinds<Record<RegistryWord | 'now', unknown>>;
  pullImages: Kinds<Record<RegistryWord | 'cacheDir' | 'digest' | 'now', unknown>>;
  createBundle: Kinds<CreateBundleOptions>;
  exportLock: Kinds<ExportLockOptions>;
  listLocked: Kinds<Pick<ExportLockOptions, 'lockfile'>>;
  cloneDisk: Kinds<CloneOptions>;
  createSeed: Kinds<SeedOptions>;
  verifyDocument: Kinds<DocumentToVerify & { pick: unknown }>;
}

/** The kind of each option of each verb. */
export const optionKinds: OptionTable = {
  createRootdisk: {
    ...{ vendors: any, verifiers: any, formats: any, targets: any, tiers: any },
    defaults: object,
  },
  ensureImage: ofEnsure,
  resolveImage: { ...ofTransport, ...ofRequest },
  listImages: { ...ofTransport, now: date },
  lockImages: {
    ...ofLocks,
    ...{ variant: text, parameters: textsByName },
    ...{ alias: text, digest: text, fromCache: flag, boot: flag },
  },
  updateLock: ofLocks,
  checkLock: ofLocks,
  convertImage: { ...ofFiles, force: flag, to: text },
  bootImage: {
    ...ofEnsure,
    ...{ outputDir: text, force: flag, kernel: text, console: flag, root: text, to: text },
  },
  deliverImage: {
    ...ofEnsure,
    ...{ to: text, dataset: text, outputDir: text, url: any, dryRun: flag, uuidNamespace: any },
  },
  inspectImage: ofFiles,
  openDisk: { signal, log: listener },
  boot: { kernel: text },
  verifyCache: { ...ofTransport, repair: flag, offline: flag, now: date, onProgress: listener },
  listCache: ofCare,
  removeFromCache: ofCare,
  pruneCache: {
    ...ofCare,
    ...{ olderThan: any, budget: any, keep: any, dryRun: flag, now: date },
  },
  exportCache: { ...ofCare, force: flag },
  importCache: { ...ofCare, limits: object, digest: texts, now: date, onProgress: listener },
  listRegistry: ofRegistry,
  verifyRegistry: { ...ofRegistry, now: date },
  pullImages: { ...ofRegistry, cacheDir: text, digest: texts, now: date },
  createBundle: { force: flag, signal, log: listener },
  exportLock: { ...ofCare, lockfile: text, to: any, aliases: listOfTexts, arch: text },
  listLocked: { lockfile: text },
  cloneDisk: {
    ...{ size: sectors, format: rawOrQcow2, backing: flag, fixGpt: flag, force: flag },
    ...{ signal, log: listener, onProgress: listener },
  },
  createSeed: {
    ...{ kind: text, guest: object, vendor: text, vfat: flag },
    ...{ userData: part, metaData: part, networkConfig: part, vendorData: part },
    ...{ hostname: text, sshKeys: listOfTexts, user: text },
  },
  verifyDocument: {
    ...{ document: bytes, signature: bytes, keys: files, name: text },
    ...{ identity: text, issuer: text, now: date, pick: text },
  },
};
