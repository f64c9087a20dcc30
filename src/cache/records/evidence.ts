import { createHash } from 'node:crypto';
import type { EvidenceDocument, GivenKeys, KeySource, Proof } from '../../contracts/proof.ts';
import { CacheError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import { publicUrl } from '../../kit/public-url.ts';
import { parseOptional, parseRecord, parseText } from '../../kit/records.ts';
import type { Cache } from '../cache.ts';
import { placeText } from '../entries/place-text.ts';
import { readSmallFile } from '../read-small-file.ts';
import { readFlag, readHex, readList, readTime } from './values.ts';

/** The proofs of an image and every document they rest on, so that its origin can be proved again offline. */
export interface StoredEvidence {
  schema: 1;
  artifact: { url: string; fileName: string };
  /** As the vendor gave them, with addresses as strings and keys as armored text. */
  proofs: unknown[];
  given: GivenKeys;
  documents: StoredDocument[];
}

/** `text` if the bytes are valid UTF-8, else `base64`. */
interface StoredDocument {
  url: string;
  sha256: string;
  signedAt?: string;
  text?: string;
  base64?: string;
}

/** Writes the evidence of a disk beside it. Needs the lock of its name. */
export async function writeEvidence(
  cache: Cache,
  name: string,
  evidence: StoredEvidence,
): Promise<void> {
  await placeText(cache, name, cache.evidencePathOf(name), formatEvidence(evidence));
}

/** Inverse of `parseEvidence`. */
export function formatEvidence(evidence: StoredEvidence): string {
  return `${JSON.stringify(evidence, undefined, 1)}\n`;
}

/** The kept evidence; `undefined` if there is none. Throws `ERR_CACHE_IO` for a damaged file. */
export async function readEvidence(
  cache: Cache,
  name: string,
): Promise<StoredEvidence | undefined> {
  const text = await readSmallFile(cache.evidencePathOf(name));
  return text === undefined ? undefined : parseEvidence(text);
}

/** Converts proofs and documents to a form that can be stored; loads keys that are loaded on use. */
export async function storeEvidence(
  artifact: { url: string; fileName: string; proofs: readonly Proof[] },
  given: GivenKeys,
  documents: readonly EvidenceDocument[],
): Promise<StoredEvidence> {
  const once = new Map(documents.map((document) => [document.url, document]));
  return {
    schema: 1,
    artifact: { url: artifact.url, fileName: artifact.fileName },
    proofs: await Promise.all(artifact.proofs.map(plainValue)),
    given,
    documents: [...once.values()].map(storeDocument),
  };
}

/** Reads the output of `storeEvidence`. Throws `ERR_CACHE_IO` for anything else, including a changed document. */
export function parseEvidence(text: string): StoredEvidence {
  try {
    const value = parseRecord(JSON.parse(text), 'evidence');
    if (value['schema'] !== 1) throw new Error('schema should be 1');
    const artifact = parseRecord(value['artifact'], 'artifact');
    const given = parseRecord(value['given'], 'given');
    return {
      schema: 1,
      artifact: {
        url: parseText(artifact['url'], 'artifact.url'),
        fileName: parseText(artifact['fileName'], 'artifact.fileName'),
      },
      proofs: readList(value['proofs'], 'proofs', parseRecord),
      given: {
        keys: readList(given['keys'], 'given.keys', parseText),
        replace: readFlag(given['replace'], 'given.replace'),
      },
      documents: readList(value['documents'], 'documents', readDocument),
    };
  } catch (cause) {
    throw new CacheError({
      code: 'ERR_CACHE_IO',
      message: `damaged evidence: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'Get the image again with refresh (--refresh) to verify its origin again.',
      details: {},
      cause,
    });
  }
}

/** The bytes of a stored document. */
export function bytesOf({ text, base64 }: StoredDocument): Uint8Array {
  return text === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(text);
}

/** Stored proofs in the form that verifiers take: addresses are `URL` objects again. */
export function proofsOf({ proofs }: StoredEvidence): Proof[] {
  // This program wrote it from proofs; verifiers check every member they use.
  return proofs.map((proof) => revive(proof) as Proof);
}

/** Members whose string is an address. */
const addresses = new Set(['url', 'at', 'of']);

function revive(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(revive);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      if (key === 'urls' && Array.isArray(item)) return [key, item.map((one) => new URL(one))];
      const isAddress = addresses.has(key) && typeof item === 'string' && URL.canParse(item);
      return [key, isAddress ? new URL(item) : revive(item)];
    }),
  );
}

async function plainValue(value: unknown): Promise<unknown> {
  // Without credentials; the documents are stored under the same address.
  if (value instanceof URL) return publicUrl(value);
  if (Array.isArray(value)) return Promise.all(value.map(plainValue));
  if (typeof value !== 'object' || value === null) return value;
  const pairs = Object.entries(value).map(async ([key, item]) => {
    // The key of a `KeySource` that is shipped and loaded on use; a fetched key is among the documents.
    if (typeof item === 'function') return [key, await (item as KeyLoader)()] as const;
    return [key, await plainValue(item)] as const;
  });
  return Object.fromEntries(await Promise.all(pairs));
}
type KeyLoader = Extract<NonNullable<KeySource['key']>, () => unknown>;

function storeDocument({ url, sha256, bytes, signedAt }: EvidenceDocument): StoredDocument {
  const buffer = Buffer.from(bytes);
  const text = buffer.toString('utf8');
  const isText = Buffer.from(text).equals(buffer);
  return defined({
    url,
    sha256,
    signedAt: signedAt?.toISOString(),
    text: isText ? text : undefined,
    base64: isText ? undefined : buffer.toString('base64'),
  });
}

function readDocument(value: unknown, where: string): StoredDocument {
  const item = parseRecord(value, where);
  const document: StoredDocument = defined({
    url: parseText(item['url'], `${where}.url`),
    sha256: readHex(item['sha256'], `${where}.sha256`, 64),
    signedAt: parseOptional(item['signedAt'], `${where}.signedAt`, readTime),
    text: parseOptional(item['text'], `${where}.text`, parseText),
    base64: parseOptional(item['base64'], `${where}.base64`, parseText),
  });
  const sha256 = createHash('sha256').update(bytesOf(document)).digest('hex');
  if (sha256 !== document.sha256) throw new Error(`${where} is not the stored document`);
  return document;
}
