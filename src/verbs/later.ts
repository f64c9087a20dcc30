// The code that every first call loads: one module, so that the import of the package opens few files.
export { writeBundle } from '../bundles/write-bundle.ts';
export { makeClone } from '../clone/make-clone.ts';
export { writeExport } from '../lockfile/export/write-export.ts';
export { readLockFile } from '../lockfile/read-lock-file.ts';
export { makeSeed } from '../seed/make-seed.ts';
export { bindVerbs } from './bind.ts';
