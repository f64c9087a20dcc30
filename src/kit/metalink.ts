import type { Digest } from '../contracts/proof.ts';
import type { Pieces } from '../contracts/vendor.ts';
import { TransferError } from '../errors.ts';
import { defined } from './defined.ts';
import { digestOfHex } from './digest.ts';
import { parseXml, type XmlElement } from './xml.ts';

/** The content of a Metalink 4 document (RFC 5854); digests other than sha256 and sha512 are left out. */
export interface Metalink {
  files: MetalinkFile[];
}

/** One file of a Metalink document. */
export interface MetalinkFile {
  /** Relative, with `/` between folders; never leads out of the destination folder. */
  name: string;
  sizeBytes?: number;
  digests: Digest[];
  pieces?: Pieces;
  /** https and http only, the best one first. */
  urls: MetalinkUrl[];
}

/** One address of a file. */
export interface MetalinkUrl {
  url: URL;
  /** 1 is best; 999999 if the document states none. */
  priority: number;
  /** ISO 3166-1 code of a country, upper case. */
  location?: string;
}

const namespace = 'urn:ietf:params:xml:ns:metalink';
const lastPriority = 999_999;

/**
 * Parses a `.meta4` document. Trust its digests and pieces only as far as its source: take them from the origin,
 * never from the mirror that serves the bytes. Throws `ERR_METADATA`, which names `from`, for anything else.
 */
export async function parseMetalink(text: string, from: string): Promise<Metalink> {
  const root = await parseXml(text, from);
  if (root.name !== 'metalink' || root.namespace !== namespace) {
    throw unusable(`${from} is not a Metalink 4 document`);
  }
  const files = childrenOf(root, 'file').map((file) => readFile(file, from));
  if (files.length === 0) throw unusable(`${from} lists no file`);
  const names = new Set(files.map(({ name }) => name));
  if (names.size < files.length) throw unusable(`${from} names one file twice`);
  return { files };
}

function readFile(element: XmlElement, from: string): MetalinkFile {
  const name = attribute(element, 'name', from) ?? '';
  const where = `${from}: the file ${JSON.stringify(name.slice(0, 100))}`;
  if (!isPlainName(name)) throw unusable(`${where} has no usable name`);
  const size = only(element, 'size', where)?.text;
  const sizeBytes = size === undefined ? undefined : readCount(size, `${where} has the size`);
  const hashes = childrenOf(element, 'hash').flatMap((hash) => {
    const digest = readHash(attribute(hash, 'type', where) ?? '', hash.text, where);
    return digest === undefined ? [] : [digest];
  });
  const digests = [...new Set(hashes)];
  for (const kind of ['sha256:', 'sha512:']) {
    if (digests.filter((digest) => digest.startsWith(kind)).length > 1) {
      throw unusable(`${where} has two digests of one kind`);
    }
  }
  const pieces = readPieces(element, sizeBytes, where);
  return {
    name,
    ...defined({ sizeBytes }),
    digests,
    ...defined({ pieces }),
    urls: childrenOf(element, 'url')
      .flatMap((url) => readUrl(url, where))
      .sort((a, b) => a.priority - b.priority),
  };
}

/** The first list with a known hash; there may be one for each kind of hash. */
function readPieces(
  element: XmlElement,
  sizeBytes: number | undefined,
  where: string,
): Pieces | undefined {
  for (const list of childrenOf(element, 'pieces')) {
    const type = attribute(list, 'type', where) ?? '';
    if (algorithmOf(type) === undefined) continue;
    const lengthBytes = readCount(attribute(list, 'length', where) ?? '', `${where} has pieces of`);
    const digests = childrenOf(list, 'hash').flatMap(
      ({ text }) => readHash(type, text, where) ?? [],
    );
    const isWhole =
      sizeBytes === undefined || digests.length === Math.ceil(sizeBytes / lengthBytes);
    if (lengthBytes === 0 || digests.length === 0 || !isWhole) {
      throw unusable(`${where} has pieces that do not add up to it`);
    }
    return { lengthBytes, digests };
  }
  return undefined;
}

function readUrl(element: XmlElement, where: string): MetalinkUrl[] {
  const { text } = element;
  // Other schemes (ftp, rsync, bittorrent) are allowed but not used.
  if (!/^https?:\/\//i.test(text)) return [];
  if (!URL.canParse(text)) throw unusable(`${where} has an address that cannot be read`);
  const given = attribute(element, 'priority', where);
  const priority =
    given === undefined ? lastPriority : readCount(given, `${where} has the priority`);
  const location = attribute(element, 'location', where)?.toUpperCase();
  const known = location !== undefined && /^[A-Z]{2}$/.test(location);
  return [{ url: new URL(text), priority, ...defined({ location: known ? location : undefined }) }];
}

function readHash(type: string, text: string, where: string): Digest | undefined {
  const algorithm = algorithmOf(type);
  if (algorithm === undefined) return undefined;
  const digest = digestOfHex(text);
  if (digest?.startsWith(`${algorithm}:`)) return digest;
  throw unusable(`${where} has a ${type} hash of another length`);
}

/** Names from the IANA registry "Hash Function Textual Names". */
function algorithmOf(type: string): 'sha256' | 'sha512' | undefined {
  if (/^sha-?256$/i.test(type)) return 'sha256';
  return /^sha-?512$/i.test(type) ? 'sha512' : undefined;
}

function readCount(text: string, what: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw unusable(`${what} ${JSON.stringify(text.slice(0, 40))}`);
}

/** RFC 5854, 4.1.2.1: not absolute, and no `..` out of the folder. */
function isPlainName(name: string): boolean {
  if (/[\\\p{Cc}]/u.test(name)) return false;
  return name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

function childrenOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name && child.namespace === namespace);
}

function only(element: XmlElement, name: string, where: string): XmlElement | undefined {
  const [first, second] = childrenOf(element, name);
  if (second !== undefined) throw unusable(`${where} has two elements ${name}`);
  return first;
}

function attribute(element: XmlElement, name: string, where: string): string | undefined {
  const [first, second] = element.attributes.filter(([key]) => key === name);
  if (second !== undefined) throw unusable(`${where} has two attributes ${name}`);
  return first?.[1];
}

function unusable(message: string): TransferError {
  return new TransferError({
    code: 'ERR_METADATA',
    message,
    hint: 'Try later, and report it if it happens again: the upstream document has a new form, or another page stands in its place.',
    details: {},
  });
}
