import { bindEnsureImage, type EnsureImage } from '../ensure-image.ts';
import type { BoundParts } from '../parts/bind.ts';
import { type BootImage, bindBootImage } from './boot-image.ts';
import { bindCheckLock, type CheckLock } from './check-lock.ts';
import { bindConvertImage, type ConvertImage } from './convert-image.ts';
import { bindDeliverImage, type DeliverImage } from './deliver-image.ts';
import { bindEnsureImages, type EnsureImages } from './ensure-images.ts';
import { type ExportCache, exportEntries } from './export-cache.ts';
import { bindImportCache, type ImportCache } from './import-cache.ts';
import { bindInspectImage, type InspectImage } from './inspect-image.ts';
import { type ListCache, readListing } from './list-cache.ts';
import { bindListImages, type ListImages } from './list-images.ts';
import { bindLockImages, type LockImages } from './lock-images.ts';
import { bindOpenDisk, type OpenDisk } from './open-disk.ts';
import { type PruneCache, pruneWith } from './prune-cache.ts';
import { type RemoveFromCache, removeNamed } from './remove-from-cache.ts';
import { bindResolveImage, type ResolveImage } from './resolve-image.ts';
import { bindUpdateLock, type UpdateLock } from './update-lock.ts';
import { bindVerifyCache, type VerifyCache } from './verify-cache.ts';
import { bindVerifyDocument, type VerifyDocument } from './verify-document.ts';

/** The verbs that are bound to parts, and the verbs on a cache. */
export interface Verbs {
  /** Turns a reference (`ubuntu:24.04`, an address, a path) into a verified disk. */
  ensureImage: EnsureImage;
  /** Like `ensureImage` for several images, over the same connections. One failure does not stop the others. */
  ensureImages: EnsureImages;
  /** Returns what `ensureImage` would fetch; transfers no image byte. */
  resolveImage: ResolveImage;
  /** Lists every release that a vendor offers. */
  listImages: ListImages;
  /** Pins the current images of references in a lock file; transfers no image byte. */
  lockImages: LockImages;
  /** Pins entries of a lock file again; nothing else in the file changes. */
  updateLock: UpdateLock;
  /**
   * Reports entries that changed, aged, disappeared or reached their end of support since they were locked; writes
   * nothing.
   */
  checkLock: CheckLock;
  /** Converts any supported local file to a sparse raw disk. */
  convertImage: ConvertImage;
  /**
   * Delivers a verified disk to the place where machines start from it: files, SmartOS, an IMGAPI server, or a target
   * of your own.
   */
  deliverImage: DeliverImage;
  /**
   * Returns kernel, initrd and command line that start a disk without its boot loader, and the machine for a
   * hypervisor.
   */
  bootImage: BootImage;
  /** Describes a local image file; writes nothing. */
  inspectImage: InspectImage;
  /** Opens a raw disk to read its partitions, file systems, operating systems and files; writes nothing. */
  openDisk: OpenDisk;
  /**
   * Checks every cached disk against its record, and its origin against the documents kept beside it; makes a request
   * only if `repair` finds a damaged disk.
   */
  verifyCache: VerifyCache;
  /** Lists everything in the cache and the space it occupies; makes no request. */
  listCache: ListCache;
  /** Removes disks by name or path; disks in use are kept. */
  removeFromCache: RemoveFromCache;
  /** Removes leftovers, and disks by age, budget or number; disks in use are kept. */
  pruneCache: PruneCache;
  /** Writes disks and their records to a tar, for a machine without a network. */
  exportCache: ExportCache;
  /** Adds disks from a tar of `exportCache` after it has verified them; trusts no claim in the tar. */
  importCache: ImportCache;
  /**
   * Checks a signed document and returns its signer: OpenPGP, signify, minisign or a Sigstore bundle; makes no
   * request.
   */
  verifyDocument: VerifyDocument;
}

export function bindVerbs(parts: BoundParts): Verbs {
  return {
    ensureImage: bindEnsureImage(parts),
    ensureImages: bindEnsureImages(parts),
    resolveImage: bindResolveImage(parts),
    listImages: bindListImages(parts),
    lockImages: bindLockImages(parts),
    updateLock: bindUpdateLock(parts),
    checkLock: bindCheckLock(parts),
    convertImage: bindConvertImage(parts),
    deliverImage: bindDeliverImage(parts),
    bootImage: bindBootImage(parts),
    inspectImage: bindInspectImage(parts),
    openDisk: bindOpenDisk(parts),
    listCache: readListing,
    removeFromCache: removeNamed,
    pruneCache: pruneWith,
    exportCache: exportEntries,
    importCache: bindImportCache(parts),
    verifyCache: bindVerifyCache(parts),
    verifyDocument: bindVerifyDocument(parts),
  };
}
