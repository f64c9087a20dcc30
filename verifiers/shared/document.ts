import { createHash } from 'node:crypto';
import {
  type Evidence,
  type EvidenceDocument,
  type MetadataDocument,
  type MetadataOptions,
  type ProofContext,
  publicUrl,
  type Warning,
} from '../../src/kit.ts';

/** A document that evidence depends on, and the warnings about the way it came. */
export interface FetchedDocument {
  text: string;
  evidence: EvidenceDocument;
  warnings: Warning[];
}

/** What the proof of a document adds to evidence that depends on the document. */
export type Origin = Pick<Evidence, 'level' | 'signer' | 'signedAt' | 'documents' | 'warnings'>;

type Reading = Pick<ProofContext, 'http' | 'signal'>;
type How = Pick<MetadataOptions, 'fresh' | 'accept'>;

/** Reads a document; if it is unreachable, throws the error of the transfer. */
export async function getDocument(
  address: URL,
  context: Reading,
  how: How = {},
): Promise<FetchedDocument> {
  return toFetched(address, await context.http.get(address, { ...how, signal: context.signal }));
}

/** The same, or `undefined` if upstream answers that it does not exist. */
export async function findDocument(
  address: URL,
  context: Reading,
  how: How = {},
): Promise<FetchedDocument | undefined> {
  const answer = await context.http.find(address, { ...how, signal: context.signal });
  return answer === undefined ? undefined : toFetched(address, answer);
}

function toFetched(address: URL, answer: MetadataDocument): FetchedDocument {
  const url = publicUrl(address);
  const warnings: Warning[] = [];
  // One warning for each host, with the code of the call's own warning: a proof may depend on many documents.
  if (answer.mirrored) {
    const message = `documents of ${address.origin} were read through a mirror`;
    warnings.push({ code: 'mirror', message });
  }
  if (answer.stale) {
    const message = `${address.origin} could not be reached; a stored copy was used`;
    warnings.push({ code: 'stale', message });
  }
  const sha256 = createHash('sha256').update(answer.bytes).digest('hex');
  return { text: answer.text, evidence: { url, sha256, bytes: answer.bytes }, warnings };
}
