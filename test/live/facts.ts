import { readFile, writeFile } from 'node:fs/promises';

/** What a vendor's listing says of a release. Versions and builds are left out: they move every week. */
export interface ReleaseFacts {
  arches: string[];
  /** The default first. */
  variants: string[];
  eol?: string;
}

/** What a reference is on one architecture, in words that a new build of the same image does not change. */
export type ImageFacts = ResolvedFacts | { refused: string };

export interface ResolvedFacts {
  release: string;
  variant: string;
  layers: string[];
  /** The address with `#` for every number. */
  address: string;
  /** From here on nothing is known where the facts are only documented. */
  level?: string;
  /** Who signed: the fingerprint that was seen; of a signature over the image itself, those of which it must be one. */
  signers?: string[];
  /** A document tells the size of the file. */
  sized?: boolean;
  eol?: string;
}

export interface VendorFacts {
  /** The day on which they were written. */
  since: string;
  /** Upstream was not asked: what is not stated here is not known. */
  documented?: true;
  /** By release. */
  releases: Record<string, ReleaseFacts>;
  /** By `<release> <architecture>`; the release is also `latest`. */
  images: Record<string, ImageFacts>;
}

/** By vendor. */
export type Facts = Record<string, VendorFacts>;

/** Only `writeFacts` writes this file; one that is not there is one without vendors. */
export async function readFacts(path: string): Promise<Facts> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
  const document: unknown = JSON.parse(text);
  if (isRecord(document) && document['version'] === 1 && isFacts(document['vendors'])) {
    return document['vendors'];
  }
  throw new Error(`${path} holds no facts of version 1: restore it, or write it with --update`);
}

/** In the same order whatever order upstream was asked in. */
export async function writeFacts(path: string, vendors: Facts): Promise<void> {
  const document = { version: 1, vendors: sorted(vendors) };
  await writeFile(path, `${JSON.stringify(document, undefined, 2)}\n`);
}

/** Keys of objects by name; the order of a list means something. */
function sorted(value: unknown): unknown {
  if (!isRecord(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}

function isFacts(value: unknown): value is Facts {
  return isRecord(value) && Object.values(value).every(isVendor);
}

function isVendor(value: unknown): boolean {
  if (!isRecord(value) || typeof value['since'] !== 'string') return false;
  const { releases, images } = value;
  return (
    isRecord(releases) &&
    Object.values(releases).every((one) => hasTexts(one, ['arches', 'variants'])) &&
    isRecord(images) &&
    Object.values(images).every(isImage)
  );
}

function isImage(value: unknown): boolean {
  if (!isRecord(value)) return false;
  if (typeof value['refused'] === 'string') return true;
  const words = ['release', 'variant', 'address'];
  return hasTexts(value, ['layers']) && words.every((word) => typeof value[word] === 'string');
}

function hasTexts(value: unknown, fields: string[]): boolean {
  if (!isRecord(value)) return false;
  return fields.every((field) => {
    const list = value[field];
    return Array.isArray(list) && list.every((one) => typeof one === 'string');
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
