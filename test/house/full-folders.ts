import { posix } from 'node:path';

/** Siblings of one kind, as many as there are: one file a vendor, a format, a set of key material. */
const siblings = ['vendors', 'formats', 'vendors/keys/material'];
const limit = 25;

/** Folders with more than 25 files of their own. */
export function findFullFolders(paths: readonly string[]): string[] {
  return [...Map.groupBy(paths, posix.dirname)]
    .filter(([folder, files]) => files.length > limit && !siblings.includes(folder))
    .map(([folder, files]) => `${folder}: ${files.length} files`);
}
