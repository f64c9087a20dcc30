import { TransferError } from '../../errors.ts';
import { defined } from '../defined.ts';
import { isHtml } from '../is-html.ts';
import { publicUrl } from '../public-url.ts';
import { reduceMarkup } from './listing-markup.ts';
import {
  createTextReader,
  type MarkupNode,
  parseListingDate,
  parseListingSize,
  surroundings,
} from './listing-row.ts';
import { loadMarkup } from './load-markup.ts';

/** One file or folder of a directory index. */
export interface ListingEntry {
  /** URL-decoded, without the trailing slash of a folder. */
  name: string;
  isFolder: boolean;
  url: URL;
  /** As the server shows it, read as UTC; often exact only to the minute. */
  modified?: Date;
  /** Only if the page states the exact number of bytes: `324M` gives none. */
  sizeBytes?: number;
}

/**
 * The entries of a directory index directly below `base` (a folder, with or without its trailing slash), in the
 * page's order, each once. Supports Apache, nginx with and without fancyindex, lighttpd, IIS, Artifactory, Nexus, and
 * similar lists. `from` is the address that answered; the page's links are relative to it. Sort links, the parent and
 * links to other places are left out. Throws `ERR_METADATA`, which names the address, for any other page.
 */
export async function parseListing(
  html: string,
  base: URL,
  from: URL = base,
): Promise<ListingEntry[]> {
  const place: Place = { folder: folderOf(base), page: folderOf(from) };
  const markup = reduceMarkup(html);
  if (markup === undefined) throw noListing(place.page, html);
  const $ = await loadMarkup(markup);

  // A list with a known id or with sort links is certainly the index. Otherwise the page's title makes all its lists
  // the index, or else a link to the parent folder makes the list around it the index.
  const sure = new Set<MarkupNode>($('table#indexlist, table#list').toArray());
  const likely = new Set<MarkupNode>();
  const parents = [place.page, place.folder]
    .filter(({ pathname }) => pathname !== '/')
    .map((folder) => new URL('..', folder).href);
  const found: { list: MarkupNode; isLoose: boolean; entry: ListingEntry }[] = [];
  const textsBeside = createTextReader();
  for (const link of $('a').toArray()) {
    const { list, row, isLoose } = surroundings(link);
    const href = link.attribs['href']?.trim();
    if (href === undefined) continue;
    if (/^(?:\.\/)?\?(?:C|sort)=/.test(href)) sure.add(list);
    const text = $(link).text().trim();
    const url = URL.parse(href, place.page);
    const isParent = url !== null && parents.includes(url.href);
    if (isParent && (!isLoose || parentText.test(text))) likely.add(list);
    const entry = entryOf(url, text, place, textsBeside(link, row));
    if (entry !== undefined) found.push({ list, isLoose, entry });
  }
  const titled = ['title', 'h1'].some((tag) => isTitle($(tag).first().text(), place.page));
  const chosen = found.filter(({ list }) =>
    sure.size > 0 ? sure.has(list) : titled || likely.has(list),
  );
  if (chosen.length === 0 && sure.size === 0 && !titled) throw noListing(place.page, html);
  // Links outside any list are the index only if the page has no list.
  const listed = chosen.filter(({ isLoose }) => !isLoose);
  const rows = listed.length > 0 ? listed : chosen;
  return [...new Map(rows.map(({ entry }) => [entry.url.href, entry])).values()];
}

/** The requested folder, and the folder of the received page. */
interface Place {
  folder: URL;
  page: URL;
}

const parentText = /^(?:\.\.\/?$|\[?(?:to )?parent)/i;

/** `Index of /pub/` or, from IIS, `host - /pub/`. */
function isTitle(text: string, page: URL): boolean {
  const title = text.trim();
  if (/^(?:index of|directory listing)/i.test(title)) return true;
  return title.endsWith(` - ${decodeURI(page.pathname)}`);
}

/** Without the query, and without the file name of the page if the address contains one. */
function folderOf(base: URL): URL {
  const folder = new URL(base);
  folder.search = '';
  folder.hash = '';
  folder.username = '';
  folder.password = '';
  if (/\/(?:index|default)\.[a-z]+$/i.test(folder.pathname)) return new URL('.', folder);
  if (!folder.pathname.endsWith('/')) folder.pathname += '/';
  return folder;
}

function entryOf(
  url: URL | null,
  text: string,
  place: Place,
  texts: string[],
): ListingEntry | undefined {
  if (url === null || url.search !== '' || url.hash !== '') return undefined;
  const [, path = '', segment = '', slash] = /^(.*\/)([^/]+)(\/?)$/.exec(url.pathname) ?? [];
  const name = decodeName(segment);
  if (name === undefined) return undefined;
  const isBelow = [place.page, place.folder].some(
    ({ origin, pathname }) => origin === url.origin && pathname === path,
  );
  // Nexus shows its folders under one path and serves the files under another.
  const isServedElsewhere =
    url.origin === place.page.origin &&
    lastFolder(path) !== '' &&
    lastFolder(path) === lastFolder(place.page.pathname) &&
    !path.startsWith(place.page.pathname) &&
    text.replace(/\/$/, '') === name;
  if (!isBelow && !isServedElsewhere) return undefined;
  const isFolder = slash === '/';
  const modified = firstOf(texts, parseListingDate);
  const sizeBytes = isFolder ? undefined : firstOf(texts, parseListingSize);
  return {
    name,
    isFolder,
    url: isBelow ? new URL(`./${segment}${slash}`, place.folder) : url,
    ...defined({ modified, sizeBytes }),
  };
}

function lastFolder(path: string): string {
  return /([^/]*)\/$/.exec(path)?.[1] ?? '';
}

/** `undefined` for a text that cannot be the name of a file in that folder. */
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

function noListing(page: URL, html: string): TransferError {
  const url = publicUrl(page);
  const what = isHtml(new TextEncoder().encode(html.slice(0, 1024))) ? 'HTML page' : 'page';
  return new TransferError({
    code: 'ERR_METADATA',
    message: `${url} should be a directory index, found another ${what}`,
    hint: 'Open the address in a browser: the site may be down for maintenance or have new pages.',
    details: { url },
  });
}
