import type { FilePaths } from '../../contracts/file-system.ts';
import { DecodeError, NotFoundError } from '../../errors.ts';

const mostLinks = 40;

/**
 * The path of a file with the links and dots in its folders followed: where `/boot` is a link to its own volume, as ostree makes
 * it, `/boot/x` lies at `/x`. The name of the file itself stays, a link or not.
 */
export async function liesAt(files: FilePaths, path: string): Promise<string> {
  const last = path.slice(path.lastIndexOf('/') + 1);
  const ahead = path.split('/').slice(0, -1).reverse();
  const folders: string[] = [];
  let links = 0;
  for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      folders.pop();
      continue;
    }
    const target =
      links < mostLinks ? await targetOf(files, `/${[...folders, name].join('/')}`) : undefined;
    if (target === undefined) {
      folders.push(name);
      continue;
    }
    links += 1;
    if (target.startsWith('/')) folders.length = 0;
    ahead.push(...target.split('/').reverse());
  }
  return `/${[...folders, last].join('/')}`;
}

/** `undefined` for what is no link. */
async function targetOf(files: FilePaths, path: string): Promise<string | undefined> {
  try {
    return await files.readlink(path);
  } catch (error) {
    if (error instanceof DecodeError || error instanceof NotFoundError) return undefined;
    throw error;
  }
}
