import {
  defined,
  isImageError,
  type MetadataDocument,
  type Pieces,
  parseList,
  parseMetalink,
  parseNumber,
  parseOptional,
  parseRecord,
  parseText,
  type VendorContext,
} from '../../src/kit.ts';

/** A file or folder in a listing of MirrorCache. */
export interface MirroredEntry {
  /** Without the slash that marks a folder. */
  name: string;
  sizeBytes?: number;
}

/**
 * The entries of a folder on a MirrorCache site; `undefined` if the folder does not exist. `ERR_METADATA` for any other
 * answer.
 */
export async function findMirrorFolder(
  folder: URL,
  { http, signal }: VendorContext,
): Promise<MirroredEntry[] | undefined> {
  const url = new URL('?json', folder);
  const document = await http.find(url, { signal });
  return document && parseEntries(document, url);
}

/** The same for a folder that must exist: without it the error is `ERR_HTTP_STATUS`. */
export async function readMirrorFolder(
  folder: URL,
  { http, signal }: VendorContext,
): Promise<MirroredEntry[]> {
  const url = new URL('?json', folder);
  return parseEntries(await http.get(url, { signal }), url);
}

function parseEntries(document: MetadataDocument, url: URL): MirroredEntry[] {
  const value = document.json();
  // `?jsontable` wraps the same rows; both forms of answer were seen from servers in between.
  const rows = Array.isArray(value) ? value : parseRecord(value, url.href)['data'];
  return parseList(rows, url.href).map((row, index) => {
    const where = `${url}: [${index}]`;
    const entry = parseRecord(row, where);
    const name = parseText(entry['name'], `${where}.name`);
    const sizeBytes = parseOptional(entry['size'], `${where}.size`, parseNumber);
    const isFolder = name.endsWith('/');
    return {
      name: name.replace(/\/$/, ''),
      ...defined({ sizeBytes: isFolder ? undefined : sizeBytes }),
    };
  });
}

/** Mirrors of a file, and the hashes of its pieces. */
export interface MirroredFile {
  mirrors?: URL[];
  pieces?: Pieces;
}

const maxMirrors = 8;

/**
 * The mirrors of a file in `<file>.meta4`: those with https, nearest first, and the hashes of its pieces. Nothing if
 * the document is not available or not valid: mirrors make a download faster, not safer.
 */
export async function findMirrors(url: URL, context: VendorContext): Promise<MirroredFile> {
  const address = new URL(`${url}.meta4`);
  try {
    const document = await context.http.find(address, { signal: context.signal });
    if (document === undefined) return {};
    const { files } = await parseMetalink(document.text, address.href);
    const file = files.find(({ name }) => url.pathname.endsWith(`/${name}`));
    const mirrors = (file?.urls ?? [])
      .map((mirror) => mirror.url)
      .filter(({ protocol, host }) => protocol === 'https:' && host !== url.host)
      .slice(0, maxMirrors);
    return {
      ...defined({ mirrors: mirrors.length > 0 ? mirrors : undefined, pieces: file?.pieces }),
    };
  } catch (error) {
    if (context.signal.aborted || !isImageError(error)) throw error;
    context.log({
      level: 'info',
      message: `the mirrors of ${url} are not known: ${error.message}`,
    });
    return {};
  }
}
