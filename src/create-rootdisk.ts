import type { CacheOptions } from './cache/existing-cache.ts';
import type { Parts } from './contracts/parts.ts';
import type { FileOptions } from './convert/open-image-file.ts';
import type { EnsureImage } from './ensure-image.ts';
import { bindParts } from './parts/bind.ts';
import { checkObject, checkOptions } from './parts/check-options.ts';
import { type RootdiskDefaults, startFrom, takeWhole } from './parts/defaults.ts';
import { optionKinds } from './parts/option-kinds.ts';
import type { Verbs } from './verbs/bind.ts';
import type { CheckLock } from './verbs/check-lock.ts';
import type { ConvertImage } from './verbs/convert-image.ts';
import type { DeliverImage, DeliverOptions } from './verbs/deliver-image.ts';
import type { EnsureImages } from './verbs/ensure-images.ts';
import type { ExportCache } from './verbs/export-cache.ts';
import type { ImportCache } from './verbs/import-cache.ts';
import type { InspectImage } from './verbs/inspect-image.ts';
import type { ListCache } from './verbs/list-cache.ts';
import type { ListImages } from './verbs/list-images.ts';
import type { LockfileOptions, LockImages, LockImagesOptions } from './verbs/lock-images.ts';
import type { PruneCache } from './verbs/prune-cache.ts';
import type { RemoveFromCache } from './verbs/remove-from-cache.ts';
import type { ResolveImage } from './verbs/resolve-image.ts';
import type { UpdateLock } from './verbs/update-lock.ts';
import type { VerifyCache, VerifyCacheOptions } from './verbs/verify-cache.ts';
import type { VerifyDocument } from './verbs/verify-document.ts';

/** What `createRootdisk` binds: exactly these parts. A list that is missing is empty. */
export interface RootdiskOptions {
  vendors?: Parts['vendors'] | undefined;
  verifiers?: Parts['verifiers'] | undefined;
  formats?: Parts['formats'] | undefined;
  /** Targets of `deliverImage` beside those of this package, which are always there. */
  targets?: Parts['targets'];
  /**
   * Options that every call starts from. An option of the call itself wins; one that is `undefined` there does not erase a
   * default. `limits`, `mirrors` and `parameters` are merged key by key, every other option is taken whole.
   */
  defaults?: RootdiskDefaults | undefined;
}

/** All verbs, bound to the same parts and defaults. */
export interface Rootdisk {
  /** Turns a reference (`ubuntu:24.04`, an address, a path) into a verified disk. */
  ensureImage: EnsureImage;
  /** Several images over the same connections; all are tried. */
  ensureImages: EnsureImages;
  /** What `ensureImage` would fetch; no image byte moves. */
  resolveImage: ResolveImage;
  /** Every release that a vendor offers. */
  listImages: ListImages;
  /** Pins what references are now in a lock file; no image byte moves. */
  lockImages: LockImages;
  /** Pins again what entries of a lock file ask for; nothing else of it changes. */
  updateLock: UpdateLock;
  /** What moved, aged, is gone or reached its end since it was locked; nothing is written. */
  checkLock: CheckLock;
  /** Any supported local file to a sparse raw disk. */
  convertImage: ConvertImage;
  /** A verified disk to where machines are started: files, SmartOS, an IMGAPI server, or a target of your own. */
  deliverImage: DeliverImage;
  /** What a local image file is; writes nothing. */
  inspectImage: InspectImage;
  /**
   * Every cached disk against its record, and its origin against the documents kept beside it; a request only where
   * `repair` finds a damaged disk.
   */
  verifyCache: VerifyCache;
  /** Everything in the cache and what it occupies; no request. */
  listCache: ListCache;
  /** Removes disks by name or path; those in use stay. */
  removeFromCache: RemoveFromCache;
  /** Removes leftovers, and disks by age, budget or number; what is in use stays. */
  pruneCache: PruneCache;
  /** Disks and their records into a tar, for a machine without a network. */
  exportCache: ExportCache;
  /** Disks out of a tar of `exportCache`; nothing that it claims is believed. */
  importCache: ImportCache;
  /** A signed document and who signed it: OpenPGP, signify, minisign or a Sigstore bundle; no request. */
  verifyDocument: VerifyDocument;
}

/**
 * Binds parts and defaults and gives every verb. Nothing is built in: spread `builtIns` to have what this package comes
 * with. The same id twice within one list is `ERR_DUPLICATE_PART`.
 */
export function createRootdisk(options: RootdiskOptions): Rootdisk {
  checkOptions(options, optionKinds.createRootdisk);
  const { vendors = [], verifiers = [], formats = [], targets, defaults = {} } = options;
  const parts = bindParts({ vendors, verifiers, formats, targets });
  const { allow, mirrors, ca, limits, signal, log, scratchDir, cacheDir } = defaults;
  const { offline, now, onProgress } = defaults;
  const ofTransport = { mirrors, ca, limits, signal, log, cacheDir };
  const ofCare: CacheOptions = { cacheDir, log, signal };
  const ofFiles: FileOptions = { allow, limits, signal, log, scratchDir };

  const { arch, variant, parameters, trust, keys, maxAge, allowOlder } = defaults;
  const ofLocks = {
    ...ofTransport,
    ...{ arch, variant, parameters, trust, keys, maxAge, allowOlder, now },
    lockfile: defaults.lockfile ?? '',
  };

  let verbs: Promise<Verbs> | undefined;
  // The line and all that it needs is most of this package: the first call loads it, not the import.
  const load = (): Promise<Verbs> => {
    verbs ??= import('./verbs/later.ts').then(({ bindVerbs }) => bindVerbs(parts));
    return verbs;
  };
  return {
    async ensureImage(reference, own) {
      const options = startFrom(defaults, own);
      return (await load()).ensureImage(reference, options);
    },
    async ensureImages(references, own) {
      const options = startFrom(defaults, own);
      return (await load()).ensureImages(references, options);
    },
    async resolveImage(reference, own) {
      const options = startFrom(defaults, own);
      return (await load()).resolveImage(reference, options);
    },
    listImages(vendor, own) {
      return listLater(async () => {
        const options = startFrom(defaults, own);
        return (await load()).listImages(vendor, options);
      });
    },
    async lockImages(references, own) {
      const options = startFrom<LockImagesOptions>(ofLocks, own);
      return (await load()).lockImages(references, options);
    },
    async updateLock(names, own) {
      const options = startFrom<LockfileOptions>({ ...ofLocks, arch: undefined }, own);
      return (await load()).updateLock(names, options);
    },
    async checkLock(names, own) {
      const options = startFrom<LockfileOptions>({ ...ofLocks, arch: undefined }, own);
      return (await load()).checkLock(names, options);
    },
    async convertImage(input, output, own) {
      const options = startFrom(ofFiles, own);
      return (await load()).convertImage(input, output, options);
    },
    async deliverImage(reference, own) {
      const options = startFrom<DeliverOptions>({ ...defaults, to: '' }, own);
      return (await load()).deliverImage(reference, options);
    },
    async inspectImage(path, own) {
      const options = startFrom(ofFiles, own);
      return (await load()).inspectImage(path, options);
    },
    verifyCache(own) {
      const ofCache: VerifyCacheOptions = { ...ofTransport, offline, now, onProgress };
      return listLater(async () => {
        const options = startFrom(ofCache, own);
        return (await load()).verifyCache(options);
      });
    },
    async listCache(own) {
      const options = takeWhole(ofCare, own);
      return (await import('./verbs/later.ts')).readListing(options);
    },
    async removeFromCache(names, own) {
      const options = takeWhole(ofCare, own);
      return (await import('./verbs/later.ts')).removeNamed(names, options);
    },
    async pruneCache(own) {
      const options = takeWhole({ ...ofCare, now }, own);
      return (await import('./verbs/later.ts')).pruneWith(options);
    },
    async exportCache(output, names, own) {
      const options = takeWhole(ofCare, own);
      return (await import('./verbs/later.ts')).exportEntries(output, names, options);
    },
    async importCache(input, own) {
      const options = startFrom({ ...ofCare, limits, now, onProgress }, own);
      return (await load()).importCache(input, options);
    },
    async verifyDocument(own) {
      checkObject('options', own);
      const options = takeWhole({ now }, own);
      return (await load()).verifyDocument(options);
    },
  };
}

async function* listLater<T>(open: () => Promise<AsyncIterable<T>>): AsyncGenerator<T> {
  yield* await open();
}
