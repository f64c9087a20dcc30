// What the first call loads, whichever it is: one module, so that the import of the package stays few files.
export { writeBundle } from '../bundles/write-bundle.ts';
export { makeClone } from '../clone/make-clone.ts';
export { writeExport } from '../lockfile/export/write-export.ts';
export { readLockFile } from '../lockfile/read-lock-file.ts';
export { makeSeed } from '../seed/make-seed.ts';
export { bindVerbs } from './bind.ts';
