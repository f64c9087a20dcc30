import type { FilePaths } from '../../contracts/file-system.ts';
import { DecodeError, NotFoundError } from '../../errors.ts';

const mostLinks = 40;

/**
 * The path of a file after links and dots in its folders were resolved. If `/boot` is a link on its own volume, as
 * with ostree, `/boot/x` is at `/x`. The name of the file itself stays, even if it is a link.
 */
export async function resolveFolders(files: FilePaths, path: string): Promise<string> {
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

/** Target of a link; `undefined` for anything else. */
async function targetOf(files: FilePaths, path: string): Promise<string | undefined> {
  try {
    return await files.readlink(path);
  } catch (error) {
    if (error instanceof DecodeError || error instanceof NotFoundError) return undefined;
    throw error;
  }
}
