import {
  compareVersions,
  type Digest,
  defined,
  parseDigest,
  parseNumber,
  parseOptional,
  parseRecord,
  parseText,
  peekSignedText,
  type VendorContext,
} from '../../src/kit.ts';
import { unusable } from './unusable.ts';

/** A products file of a Simple Streams site. Item paths are relative to `base`. */
export interface Stream {
  /** The document that was read: the clear-signed `.sjson`, or the unsigned `.json` if upstream has no other. */
  url: URL;
  /** The clear-signed products file, even if upstream does not have it. */
  signed: URL;
  base: URL;
  /** Every file is in a folder named by its build: checked when a file is picked. */
  dated: boolean;
  products: StreamProduct[];
}

/** One product: a release for one architecture, in the words of the document. */
export interface StreamProduct {
  /** Its name in the document: `com.ubuntu.cloud:server:24.04:amd64`. */
  key: string;
  arch: string;
  /** Empty if the document does not say; so are the next four. */
  version: string;
  /** Code name. */
  release: string;
  title: string;
  os: string;
  variant: string;
  aliases: string[];
  supported: boolean;
  supportEol?: string;
  /** Its place in the document, for messages. */
  where: string;
  /** By serial, not yet parsed: a products file holds some hundred thousand items. */
  versions: Record<string, unknown>;
}

/** One file of one build. */
export interface StreamItem {
  url: URL;
  /** As in the document, relative to its base. */
  path: string;
  fileName: string;
  sizeBytes?: number;
  digest?: Digest;
}

const serialPattern = /^\d{8}(\.\d+)?$/;

/**
 * Reads the index below `base` and the products file that it names for `contentId`: the clear-signed ones, whose
 * signature a proof checks later, or the unsigned ones.
 */
export async function fetchStream(
  base: URL,
  contentId: string,
  context: VendorContext,
): Promise<Stream> {
  const index = await fetchTwin(new URL('streams/v1/index.sjson', base), context);
  const where = `${index.url}: index`;
  const entries = parseRecord(parseRecord(index.value, `${index.url}`)['index'], where);
  // The index also lists image ids of clouds, in any order: only the content id tells them apart.
  const entry = parseRecord(entries[contentId], `${where}["${contentId}"]`);
  const path = parseText(entry['path'], `${where}["${contentId}"].path`);

  const signed = below(base, path.replace(/\.json$/, '.sjson'), index.url);
  const { url, value } = await fetchTwin(signed, context);
  // The index is not yet proved, and other streams are signed with the same key: the content id is checked.
  const products = parseProducts(value, contentId, url);
  const strange = products.find(({ version, release }) => version === '' || release === '');
  if (strange !== undefined) throw unusable(strange.where, 'it has no version or no release');
  return { url, signed, base, dated: true, products };
}

/** A content id of an index, and the address of its products file. */
export interface StreamContent {
  contentId: string;
  url: URL;
}

/** The image streams that the unsigned index below `base` names, without the streams of clouds, which have no files. */
export async function listContents(base: URL, context: VendorContext): Promise<StreamContent[]> {
  const index = await context.http.get(new URL('streams/v1/index.json', base), {
    signal: context.signal,
  });
  const where = `${index.url}: index`;
  const entries = parseRecord(parseRecord(index.json(), `${index.url}`)['index'], where);
  return Object.entries(entries).flatMap(([contentId, value]) => {
    const entry = parseRecord(value, `${where}["${contentId}"]`);
    if (entry['datatype'] !== 'image-downloads') return [];
    const path = parseText(entry['path'], `${where}["${contentId}"].path`);
    return [{ contentId, url: below(base, path, index.url) }];
  });
}

/** Reads an unsigned products file; its files may be anywhere below `base`. */
export async function fetchPlainStream(
  base: URL,
  { contentId, url }: StreamContent,
  context: VendorContext,
): Promise<Stream> {
  const document = await context.http.get(url, { signal: context.signal });
  const signed = new URL(url.href.replace(/\.json$/, '.sjson'));
  const products = parseProducts(document.json(), contentId, document.url);
  return { url: document.url, signed, base, dated: false, products };
}

function parseProducts(value: unknown, contentId: string, url: URL): StreamProduct[] {
  const document = parseRecord(value, `${url}`);
  if (document['content_id'] !== contentId) throw unusable(url, `it is not ${contentId}`);
  const products = Object.entries(parseRecord(document['products'], `${url}: products`));
  return products.map(([key, product]) => parseProduct(key, product, `${url}: products["${key}"]`));
}

/** A clear-signed JSON document, not yet proved, or the unsigned document. */
async function fetchTwin(
  signed: URL,
  context: VendorContext,
): Promise<{ url: URL; value: unknown }> {
  const options = { signal: context.signal };
  const document = await context.http.find(signed, options);
  if (document === undefined) {
    const plain = await context.http.get(signed.href.replace(/\.sjson$/, '.json'), options);
    return { url: plain.url, value: plain.json() };
  }
  try {
    return { url: document.url, value: JSON.parse(peekSignedText(document.text)) };
  } catch {
    throw unusable(signed, 'it is not JSON inside a signature');
  }
}

/**
 * Serials of a product, newest first: by date, then by the number after the dot. The order in the object means nothing.
 */
export function listSerials(product: StreamProduct): string[] {
  return Object.keys(product.versions)
    .filter((serial) => serialPattern.test(serial))
    .sort((left, right) => compareVersions(right, left));
}

/** Every build of a product, newest first, for any naming scheme: `20261101_07:42`, `v1.2.0`. */
export function listBuilds(product: StreamProduct): string[] {
  return Object.keys(product.versions).sort((left, right) => compareVersions(right, left));
}

/** The file types of one build; empty if the serial is not listed. */
export function listFileTypes(product: StreamProduct, serial: string): string[] {
  return [...readItems(product, serial).keys()];
}

/** One file of one build; `undefined` if the build or the file type is not listed. */
export function pickItem(
  stream: Stream,
  product: StreamProduct,
  serial: string,
  fileType: string,
): StreamItem | undefined {
  const item = readItems(product, serial).get(fileType);
  if (item === undefined) return undefined;
  const where = `${product.where}.versions["${serial}"].items["${fileType}"]`;
  const path = parseText(item['path'], `${where}.path`);
  const url = below(stream.base, path, where);
  const folders = url.pathname.split('/');
  const fileName = decodeName(folders.pop() ?? '', where);
  if (stream.dated && !folders.some((name) => name === serial || name === `release-${serial}`)) {
    throw unusable(where, 'path is not in the folder of its serial');
  }
  const sizeBytes = parseOptional(item['size'], `${where}.size`, parseNumber);
  const digest = parseOptional(item['sha256'], `${where}.sha256`, parseDigest);
  return {
    url,
    path,
    fileName,
    ...defined({ sizeBytes, digest }),
  };
}

function readItems(product: StreamProduct, serial: string): Map<string, Record<string, unknown>> {
  const items = new Map<string, Record<string, unknown>>();
  if (!Object.hasOwn(product.versions, serial)) return items;
  const where = `${product.where}.versions["${serial}"]`;
  const build = parseRecord(product.versions[serial], where);
  const listed = parseRecord(build['items'], `${where}.items`);
  for (const [key, value] of Object.entries(listed)) {
    const item = parseRecord(value, `${where}.items["${key}"]`);
    items.set(
      parseOptional(item['ftype'], `${where}.items["${key}"].ftype`, parseText) ?? key,
      item,
    );
  }
  return items;
}

function parseProduct(key: string, value: unknown, where: string): StreamProduct {
  const product = parseRecord(value, where);
  const optional = (name: string): string =>
    parseOptional(product[name], `${where}.${name}`, parseText) ?? '';
  const supportEol = optional('support_eol');
  return {
    key,
    arch: parseText(product['arch'], `${where}.arch`),
    version: optional('version'),
    release: optional('release'),
    title: optional('release_title'),
    os: optional('os'),
    variant: optional('variant'),
    aliases: optional('aliases')
      .split(',')
      .map((alias) => alias.trim())
      .filter((alias) => alias !== ''),
    supported: product['supported'] === true,
    ...defined({ supportEol: /^\d{4}-\d{2}-\d{2}$/.test(supportEol) ? supportEol : undefined }),
    where,
    versions: parseRecord(product['versions'], `${where}.versions`),
  };
}

function decodeName(segment: string, where: string): string {
  try {
    const name = decodeURIComponent(segment);
    if (name !== '' && !/[/\\]/.test(name)) return name;
  } catch {
    // A text that is no name is refused below.
  }
  throw unusable(where, 'path is not a file');
}

/** Paths come from a document: no path may lead out of the tree that it describes. */
function below(base: URL, path: string, from: URL | string): URL {
  const url = new URL(`./${path}`, base);
  if (url.href.startsWith(base.href) && url.search === '' && url.hash === '') return url;
  throw unusable(from, `path ${JSON.stringify(path)} is outside of ${base}`);
}
