import type { CacheOptions, FileOptions } from './contracts/options.ts';
import type { Parts } from './contracts/parts.ts';
import { defined } from './kit/defined.ts';
import { bindParts } from './parts/bind.ts';
import { checkObject, checkOptions } from './parts/check-options.ts';
import { type RootdiskDefaults, startFrom, takeWhole } from './parts/defaults.ts';
import { optionKinds } from './parts/option-kinds.ts';
import type { Verbs } from './verbs/bind.ts';
import { cloneDisk } from './verbs/clone-disk.ts';
import { createBundle } from './verbs/create-bundle.ts';
import { createSeed } from './verbs/create-seed.ts';
import type { DeliverOptions } from './verbs/deliver-image.ts';
import { exportLock } from './verbs/export-lock.ts';
import { listLocked } from './verbs/list-locked.ts';
import type { LockfileOptions, LockImagesOptions } from './verbs/lock-images.ts';
import type { VerifyCacheOptions } from './verbs/verify-cache.ts';

/** The parts that `createRootdisk` binds, and no others. A missing list is empty. */
export interface RootdiskOptions {
  vendors?: Parts['vendors'] | undefined;
  verifiers?: Parts['verifiers'] | undefined;
  formats?: Parts['formats'] | undefined;
  /** Targets of `deliverImage` in addition to those of this package, which are always available. */
  targets?: Parts['targets'];
  /**
   * Shared stores that `ensureImage`, `ensureImages` and other verbs ask for image bytes before upstream, in this
   * order.
   */
  tiers?: Parts['tiers'];
  /**
   * Default options of every call. An option of the call itself takes precedence; `undefined` there does not remove a
   * default. `limits`, `mirrors` and `parameters` are merged key by key; every other option is replaced as a whole.
   */
  defaults?: RootdiskDefaults | undefined;
}

/** All verbs, bound to the same parts and defaults. */
export interface Rootdisk extends Verbs {
  /** Copies a disk for the caller: a reflink, a sparse copy, or an overlay. */
  cloneDisk: typeof cloneDisk;
  /** Makes the data that configures a machine at its first boot; writes nothing. */
  createSeed: typeof createSeed;
  /** Writes a bundle from a folder; the same files give the same bytes. */
  createBundle: typeof createBundle;
  /** The pins of a lock file in the syntax of another tool; makes no request. */
  exportLock: typeof exportLock;
  /** The entries of a lock file; makes no request. */
  listLocked: typeof listLocked;
}

/**
 * Binds parts and defaults and returns all verbs. No part is added by default: spread `builtIns` to use the parts of
 * this package. The same id twice within one list is `ERR_DUPLICATE_PART`.
 */
export function createRootdisk(options: RootdiskOptions): Rootdisk {
  checkOptions(options, optionKinds.createRootdisk);
  const { vendors = [], verifiers = [], formats = [], targets, tiers, defaults = {} } = options;
  const parts = bindParts({ vendors, verifiers, formats, targets, tiers });
  const { allow, mirrors, ca, limits, signal, log, scratchDir, cacheDir, bundles } = defaults;
  const { offline, now, onProgress } = defaults;
  const ofTransport = { mirrors, ca, limits, signal, log, cacheDir, bundles };
  const ofCare: CacheOptions = { cacheDir, log, signal };
  const ofLockfile = defined({ lockfile: defaults.lockfile });
  const ofFiles: FileOptions = { allow, limits, signal, log, scratchDir };

  const { arch, variant, parameters, trust, keys, maxAge, allowOlder } = defaults;
  const ofLocks = {
    ...ofTransport,
    ...{ arch, variant, parameters, trust, keys, maxAge, allowOlder, now },
    lockfile: defaults.lockfile ?? '',
  };

  let verbs: Promise<Verbs> | undefined;
  // Most of this package is code for these verbs: the first call loads it, not the import.
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
    async bootImage(reference, own) {
      const { format: _, keepSource: _kept, boot: _boot, ...ofBoot } = defaults;
      const options = startFrom(ofBoot, own);
      return (await load()).bootImage(reference, options);
    },
    async inspectImage(path, own) {
      const options = startFrom(ofFiles, own);
      return (await load()).inspectImage(path, options);
    },
    async openDisk(path, own) {
      const options = takeWhole({ signal, log }, own);
      return (await load()).openDisk(path, options);
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
      return (await load()).listCache(options);
    },
    async removeFromCache(names, own) {
      const options = takeWhole(ofCare, own);
      return (await load()).removeFromCache(names, options);
    },
    async pruneCache(own) {
      const options = takeWhole({ ...ofCare, now }, own);
      return (await load()).pruneCache(options);
    },
    async exportCache(output, names, own) {
      const options = takeWhole(ofCare, own);
      return (await load()).exportCache(output, names, options);
    },
    async importCache(input, own) {
      const options = startFrom({ ...ofCare, limits, now, onProgress }, own);
      return (await load()).importCache(input, options);
    },
    async cloneDisk(disk, out, own) {
      return await cloneDisk(disk, out, takeWhole({ log, signal }, own));
    },
    createSeed,
    async createBundle(folder, out, own) {
      return await createBundle(folder, out, takeWhole({ log, signal }, own));
    },
    async exportLock(own) {
      checkObject('options', own);
      return await exportLock(takeWhole({ ...ofCare, ...ofLockfile }, own));
    },
    async listLocked(own) {
      return await listLocked(takeWhole(ofLockfile, own));
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
