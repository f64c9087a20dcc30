import type { Parts } from './contracts/parts.ts';
import type { FileOptions } from './convert/open-image-file.ts';
import { bindEnsureImage, type EnsureImage } from './ensure-image.ts';
import { defined } from './kit/defined.ts';
import { bindParts } from './parts/bind.ts';
import { type RootdiskDefaults, startFrom } from './parts/defaults.ts';
import { bindConvertImage, type ConvertImage } from './verbs/convert-image.ts';
import { bindInspectImage, type InspectImage } from './verbs/inspect-image.ts';
import { bindListImages, type ListImages } from './verbs/list-images.ts';
import { bindResolveImage, type ResolveImage } from './verbs/resolve-image.ts';
import {
  bindVerifyCache,
  type VerifyCache,
  type VerifyCacheOptions,
} from './verbs/verify-cache.ts';
import { bindVerifyDocument, type VerifyDocument } from './verbs/verify-document.ts';

/** What `createRootdisk` binds: exactly these parts. A list that is missing is empty. */
export interface RootdiskOptions {
  vendors?: Parts['vendors'] | undefined;
  verifiers?: Parts['verifiers'] | undefined;
  formats?: Parts['formats'] | undefined;
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
  /** What `ensureImage` would fetch; no image byte moves. */
  resolveImage: ResolveImage;
  /** Every release that a vendor offers. */
  listImages: ListImages;
  /** Any supported local file to a sparse raw disk. */
  convertImage: ConvertImage;
  /** What a local image file is; writes nothing. */
  inspectImage: InspectImage;
  /**
   * Every cached disk against its record, and its origin against the documents kept beside it; a request only where
   * `repair` finds a damaged disk.
   */
  verifyCache: VerifyCache;
  /** A signed document and who signed it: OpenPGP, signify, minisign or a Sigstore bundle; no request. */
  verifyDocument: VerifyDocument;
}

/**
 * Binds parts and defaults and gives every verb. Nothing is built in: spread `builtIns` to have what this package comes
 * with. The same id twice within one list is `ERR_DUPLICATE_PART`.
 */
export function createRootdisk(options: RootdiskOptions): Rootdisk {
  const { vendors = [], verifiers = [], formats = [], defaults = {} } = options;
  const parts = bindParts({ vendors, verifiers, formats });
  const { allow, mirrors, ca, limits, signal, log, scratchDir, cacheDir } = defaults;
  const { offline, now, onProgress } = defaults;
  const ofTransport = { mirrors, ca, limits, signal, log, cacheDir };
  const ofFiles: FileOptions = { allow, limits, signal, log, scratchDir };

  const ensureImage = bindEnsureImage(parts);
  const resolveImage = bindResolveImage(parts);
  const listImages = bindListImages(parts);
  const convertImage = bindConvertImage(parts);
  const inspectImage = bindInspectImage(parts);
  const verifyCache = bindVerifyCache(parts);
  const verifyDocument = bindVerifyDocument(parts);
  return {
    ensureImage: (reference, own) => ensureImage(reference, startFrom(defaults, own)),
    resolveImage: (reference, own) => resolveImage(reference, startFrom(defaults, own)),
    listImages: (vendor, own) => listImages(vendor, startFrom(defaults, own)),
    convertImage: (input, output, own) => convertImage(input, output, startFrom(ofFiles, own)),
    inspectImage: (path, own) => inspectImage(path, startFrom(ofFiles, own)),
    verifyCache: (own) =>
      verifyCache(startFrom<VerifyCacheOptions>({ ...ofTransport, offline, now, onProgress }, own)),
    verifyDocument: (own) => verifyDocument({ ...defined({ now }), ...defined(own) }),
  };
}
