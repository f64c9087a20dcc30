import { readFile, writeFile } from 'node:fs/promises';

/** The facts of a release in a vendor's listing. Versions and builds are left out: they change every week. */
export interface ReleaseFacts {
  arches: string[];
  /** The default first. */
  variants: string[];
  eol?: string;
}

/** The facts of a reference on one architecture, in a form that does not change with a new build of the same image. */
export type ImageFacts = ResolvedFacts | { refused: string };

export interface ResolvedFacts {
  release: string;
  variant: string;
  layers: string[];
  /** The address with `#` for every number. */
  address: string;
  /** The fields below are not known if the facts are only documented. */
  level?: string;
  /** The signer: the fingerprint that was seen; for a signature over the image itself, the allowed ones. */
  signers?: string[];
  /** A document gives the size of the file. */
  sized?: boolean;
  eol?: string;
}

export interface VendorFacts {
  /** The day on which they were written. */
  since: string;
  /** No vendor was asked: facts that are missing here are not known. */
  documented?: true;
  /** By release. */
  releases: Record<string, ReleaseFacts>;
  /** By `<release> <architecture>`; the release is also `latest`. */
  images: Record<string, ImageFacts>;
}

/** By vendor. */
export type Facts = Record<string, VendorFacts>;

/** Only `writeFacts` writes this file; a missing one counts as one without vendors. */
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

/** In a fixed order, whatever the order of the requests was. */
export async function writeFacts(path: string, vendors: Facts): Promise<void> {
  const document = { version: 1, vendors: sorted(vendors) };
  await writeFile(path, `${JSON.stringify(document, undefined, 2)}\n`);
}

/** Keys of objects by name; the order of a list has a meaning. */
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
