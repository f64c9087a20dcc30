import { bindEnsureImage, type EnsureImage } from '../ensure-image.ts';
import type { BoundParts } from '../parts/bind.ts';
import { bindCheckLock, type CheckLock } from './check-lock.ts';
import { bindConvertImage, type ConvertImage } from './convert-image.ts';
import type { DeliverImage } from './deliver-image.ts';
import { bindEnsureImages, type EnsureImages } from './ensure-images.ts';
import { bindImportCache, type ImportCache } from './import-cache.ts';
import { bindInspectImage, type InspectImage } from './inspect-image.ts';
import { bindListImages, type ListImages } from './list-images.ts';
import { bindLockImages, type LockImages } from './lock-images.ts';
import { bindResolveImage, type ResolveImage } from './resolve-image.ts';
import { bindUpdateLock, type UpdateLock } from './update-lock.ts';
import { bindVerifyCache, type VerifyCache } from './verify-cache.ts';
import { bindVerifyDocument, type VerifyDocument } from './verify-document.ts';

/** All verbs of the same parts. */
export interface Verbs {
  ensureImage: EnsureImage;
  ensureImages: EnsureImages;
  resolveImage: ResolveImage;
  listImages: ListImages;
  lockImages: LockImages;
  updateLock: UpdateLock;
  checkLock: CheckLock;
  convertImage: ConvertImage;
  deliverImage: DeliverImage;
  inspectImage: InspectImage;
  importCache: ImportCache;
  verifyCache: VerifyCache;
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
    // Few programs deliver: the targets are loaded by those alone.
    async deliverImage(reference, options) {
      const { bindDeliverImage } = await import('./deliver-image.ts');
      return await bindDeliverImage(parts)(reference, options);
    },
    inspectImage: bindInspectImage(parts),
    importCache: bindImportCache(parts),
    verifyCache: bindVerifyCache(parts),
    verifyDocument: bindVerifyDocument(parts),
  };
}
