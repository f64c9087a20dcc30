import { posix } from 'node:path';

/** Folders with any number of files of one kind: one file for each vendor, format, set of key material. */
const siblings = ['vendors', 'formats', 'vendors/keys/material'];
const limit = 25;

/** Folders with more than 25 files of their own. */
export function findFullFolders(paths: readonly string[]): string[] {
  return [...Map.groupBy(paths, posix.dirname)]
    .filter(([folder, files]) => files.length > limit && !siblings.includes(folder))
    .map(([folder, files]) => `${folder}: ${files.length} files`);
}
