import { createHash } from 'node:crypto';
import {
  type EvidenceDocument,
  type MetadataOptions,
  type ProofContext,
  publicUrl,
  type Warning,
} from '../../src/kit.ts';

/** A document that evidence rests on, and what has to be said of the way it came. */
export interface FetchedDocument {
  text: string;
  evidence: EvidenceDocument;
  warnings: Warning[];
}

/** Reads a document; an unreachable one is the transfer's own error. */
export async function fetchDocument(
  address: URL,
  context: Pick<ProofContext, 'http' | 'signal'>,
  options: Pick<MetadataOptions, 'fresh'> = {},
): Promise<FetchedDocument> {
  const answer = await context.http.get(address, { ...options, signal: context.signal });
  const url = publicUrl(address);
  const warnings: Warning[] = [];
  if (answer.mirrored) {
    warnings.push({ code: 'mirror', message: `${url} was read through a mirror` });
  }
  if (answer.stale) {
    warnings.push({
      code: 'stale',
      message: `${url} could not be reached; an older copy stands in`,
    });
  }
  const sha256 = createHash('sha256').update(answer.bytes).digest('hex');
  return { text: answer.text, evidence: { url, sha256, bytes: answer.bytes }, warnings };
}
