// What the verbs of registries load: one module, so that it is few files.
export { listImagesOf } from './list-registry.ts';
export { mirrorEach } from './mirror-images.ts';
export { pullEach } from './pull-images.ts';
export { pushEach } from './push-images.ts';
export { verifyImages } from './verify-registry.ts';
