import { type MetadataDocument, parseListing, type VendorContext } from '../../src/kit.ts';

/** An entry of a folder listing: its name without the slash that marks a folder. */
export interface FolderEntry {
  name: string;
  isFolder: boolean;
}

/**
 * The entries that the web server lists for a folder; `undefined` if the folder does not exist. `folder` ends in a
 * slash: without it hosts answer with a redirect, and dl-cdn.alpinelinux.org redirects to plain http. Throws
 * `ERR_METADATA` for any other page.
 */
export async function findFolder(
  folder: URL,
  { http, signal }: VendorContext,
): Promise<FolderEntry[] | undefined> {
  const page = await http.find(folder, { signal, page: true });
  return page && parsePage(page, folder);
}

/**
 * The same for a folder that must exist, such as the folder of all releases: without it the error is `ERR_HTTP_STATUS`.
 */
export async function readFolder(
  folder: URL,
  { http, signal }: VendorContext,
): Promise<FolderEntry[]> {
  return parsePage(await http.get(folder, { signal, page: true }), folder);
}

function parsePage(page: MetadataDocument, folder: URL): Promise<FolderEntry[]> {
  return parseListing(page.text, folder, page.finalUrl);
}
