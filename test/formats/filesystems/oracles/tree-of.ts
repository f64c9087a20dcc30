import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { FilePaths } from '../../../../src/kit.ts';

/** The content of each path: `directory`, `link TARGET`, `file LENGTH SHA256`. */
export type Tree = Record<string, string>;

const MiB = 1024 * 1024;

/** The tree as our reader sees it; for ext without the entries that mke2fs adds. */
export async function treeOfFiles(files: FilePaths): Promise<Tree> {
  const found: [string, string][] = [];
  const add = async (folder: string): Promise<void> => {
    for (const { name, kind } of await files.list(folder === '' ? '/' : folder)) {
      const path = `${folder}/${name}`;
      if (path === '/lost+found') continue;
      if (kind === 'directory') {
        found.push([path, 'directory']);
        await add(path);
      } else if (kind === 'link') found.push([path, `link ${await files.readlink(path)}`]);
      else found.push([path, describe(await files.read(path, { mostBytes: 64 * MiB }))]);
    }
  };
  await add('');
  return sorted(found);
}

/** The tree of a folder on this machine. */
export function treeOfFolder(folder: string): Tree {
  const found: [string, string][] = [];
  const add = (inside: string): void => {
    for (const entry of readdirSync(join(folder, inside), { withFileTypes: true })) {
      const path = `${inside}/${entry.name}`;
      if (path === '/lost+found') continue;
      if (entry.isDirectory()) {
        found.push([path, 'directory']);
        add(path);
      } else if (entry.isSymbolicLink()) {
        found.push([path, `link ${readlinkSync(join(folder, path))}`]);
      } else found.push([path, describe(readFileSync(join(folder, path)))]);
    }
  };
  add('');
  return sorted(found);
}

function describe(bytes: Uint8Array): string {
  return `file ${bytes.length} ${createHash('sha256').update(bytes).digest('hex')}`;
}

function sorted(found: [string, string][]): Tree {
  return Object.fromEntries(found.sort(([left], [right]) => (left < right ? -1 : 1)));
}
