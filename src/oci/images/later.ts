// The code of the registry verbs: one module, so that loading it opens few files.
export { listImagesOf } from './list-registry.ts';
export { mirrorEach } from './mirror-images.ts';
export { pullEach } from './pull-images.ts';
export { pushEach } from './push-images.ts';
export { verifyImages } from './verify-registry.ts';
