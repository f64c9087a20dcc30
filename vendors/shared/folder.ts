import { type MetadataDocument, parseListing, type VendorContext } from '../../src/kit.ts';

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
  { http, signal }: VendorContext,
): Promise<FolderEntry[] | undefined> {
  const page = await http.find(folder, { signal, page: true });
  return page && parsePage(page, folder);
}

/** The same of a folder that has to be there, such as that of all releases: without it the answer is `ERR_HTTP_STATUS`. */
export async function readFolder(
  folder: URL,
  { http, signal }: VendorContext,
): Promise<FolderEntry[]> {
  return parsePage(await http.get(folder, { signal, page: true }), folder);
}

function parsePage(page: MetadataDocument, folder: URL): Promise<FolderEntry[]> {
  return parseListing(page.text, folder, page.finalUrl);
}
