import { parseListing, type VendorContext } from '../../src/kit.ts';

/** What a folder lists: names without the slash that marks a folder. */
export interface FolderEntry {
  name: string;
  isFolder: boolean;
}

/**
 * What the web server lists in a folder; `undefined` where there is none. `folder` ends in a slash: without it hosts
 * answer with a redirect, dl-cdn.alpinelinux.org with one to plain http. Throws `ERR_METADATA` for any other page.
 */
export async function findFolder(
  folder: URL,
  context: VendorContext,
): Promise<FolderEntry[] | undefined> {
  const page = await context.http.find(folder, { signal: context.signal, page: true });
  return page && parseListing(page.text, folder, page.finalUrl);
}
