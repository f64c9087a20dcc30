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

/** The verbs that are bound to parts, or that look after a cache. */
export interface Verbs {
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
  /** Kernel, initrd and command line that start a disk without its boot loader, and a machine for a hypervisor. */
  bootImage: BootImage;
  /** What a local image file is; writes nothing. */
  inspectImage: InspectImage;
  /** The partitions, file systems, systems and files of a raw disk; nothing is written. */
  openDisk: OpenDisk;
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
