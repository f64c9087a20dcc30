/**
 * Targets: destinations of built images. The targets of this package, and what others are written with.
 *
 * @module
 */
export type {
  Delivery,
  DeliveryDisk,
  DeliveryImage,
  DeliveryPlan,
  Target,
  TargetContext,
} from '../contracts/target.ts';
export { defineTarget } from '../kit/define.ts';
export { createFileTarget, file, type TargetOptions } from './file.ts';
export { type FindMachine, findMachine, type Machine } from './host/machine.ts';
export { createImgadmTarget, imgadm } from './imgadm.ts';
export { createImgapiTarget, type ImgapiOptions, imgapi } from './imgapi.ts';
export { type CheckedManifest, checkManifest } from './manifest/check-manifest.ts';
export type { ImageManifest } from './manifest/image-manifest.ts';
export { imageUuid, type UuidNamespace } from './manifest/uuid.ts';
export { createZfs, type Zfs } from './zfs/zfs.ts';
export { createZvolTarget, zvol } from './zvol.ts';
