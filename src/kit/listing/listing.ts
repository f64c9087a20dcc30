import { TransferError } from '../../errors.ts';
import { defined } from '../defined.ts';
import { publicUrl } from '../public-url.ts';
import { reduceMarkup } from './listing-markup.ts';
import {
  type MarkupNode,
  parseListingDate,
  parseListingSize,
  surroundings,
  textsBeside,
} from './listing-row.ts';
import { loadMarkup } from './load-markup.ts';

/** One file or folder of a directory index. */
export interface ListingEntry {
  /** URL-decoded, without the slash of a folder. */
  name: string;
  isFolder: boolean;
  url: URL;
  /** As the server shows it, read as UTC; often only to the minute. */
  modified?: Date;
  /** Only where the page states it to the byte: `324M` gives none. */
  sizeBytes?: number;
}

/**
 * What a directory index lists directly below `base` (a folder, with or without its last slash), in the page's order and
 * once each: Apache's tables and plain lists, nginx with and without fancyindex, lighttpd. Sort links, the parent and
 * links elsewhere are left out. Throws `ERR_METADATA` naming the address for any other page.
 */
export async function parseListing(html: string, base: URL): Promise<ListingEntry[]> {
  const folder = folderOf(base);
  const markup = reduceMarkup(html);
  if (markup === undefined) throw noListing(folder);
  const $ = await loadMarkup(markup);

  // A list is sure to be the index by its id or its sort links; else the page's title vouches for all of its lists, and
  // else a link to the parent folder for the list that it stands in.
  const sure = new Set<MarkupNode>($('table#indexlist, table#list').toArray());
  const likely = new Set<MarkupNode>();
  const parent = folder.pathname === '/' ? undefined : new URL('..', folder).href;
  const found: { list: MarkupNode; entry: ListingEntry }[] = [];
  for (const link of $('a').toArray()) {
    const { list, row } = surroundings(link);
    const href = link.attribs['href']?.trim();
    if (list === undefined || href === undefined) continue;
    if (/^(?:\.\/)?\?(?:C|sort)=/.test(href)) sure.add(list);
    const url = URL.parse(href, folder);
    if (url !== null && url.href === parent) likely.add(list);
    const entry = entryOf(url, folder, textsBeside(link, row));
    if (entry !== undefined) found.push({ list, entry });
  }
  const title = /^\s*(?:index of|directory listing)/i;
  const titled = ['title', 'h1'].some((tag) => title.test($(tag).first().text()));
  const chosen = found.filter(({ list }) =>
    sure.size > 0 ? sure.has(list) : titled || likely.has(list),
  );
  if (chosen.length === 0 && sure.size === 0 && !titled) throw noListing(folder);
  return [...new Map(chosen.map(({ entry }) => [entry.url.href, entry])).values()];
}

function folderOf(base: URL): URL {
  const folder = new URL(base);
  folder.search = '';
  folder.hash = '';
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  return folder;
}

function entryOf(url: URL | null, folder: URL, texts: string[]): ListingEntry | undefined {
  if (url === null || url.search !== '' || url.hash !== '') return undefined;
  if (url.origin !== folder.origin || !url.pathname.startsWith(folder.pathname)) return undefined;
  const [, segment, slash] =
    /^([^/]+)(\/?)$/.exec(url.pathname.slice(folder.pathname.length)) ?? [];
  const name = decodeName(segment ?? '');
  if (name === undefined) return undefined;
  const isFolder = slash === '/';
  const modified = firstOf(texts, parseListingDate);
  const sizeBytes = isFolder ? undefined : firstOf(texts, parseListingSize);
  return {
    name,
    isFolder,
    url,
    ...defined({ modified, sizeBytes }),
  };
}

/** `undefined` for what no file of that folder can be called. */
function decodeName(segment: string): string | undefined {
  try {
    const name = decodeURIComponent(segment);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this refuses
    return /^\.{0,2}$|[/\\\u0000-\u001f\u007f]/.test(name) ? undefined : name;
  } catch {
    return undefined;
  }
}

function firstOf<T>(texts: string[], parse: (text: string) => T | undefined): T | undefined {
  for (const text of texts) {
    const value = parse(text);
    if (value !== undefined) return value;
  }
  return undefined;
}

function noListing(folder: URL): TransferError {
  const url = publicUrl(folder);
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${url} should be a directory index, found another page`,
    hint: 'Look at the address in a browser; upstream may be under maintenance or have changed its pages.',
    details: { url },
  });
}
