import type { Digest } from '../../contracts/proof.ts';
import type { SourceRecord } from './image-record.ts';

/** The known digests of the published file: its sha256, and its sha512 if it was computed. */
export function digestsOf({ sha256, sha512 }: Pick<SourceRecord, 'sha256' | 'sha512'>): Digest[] {
  return sha512 === undefined ? [`sha256:${sha256}`] : [`sha256:${sha256}`, `sha512:${sha512}`];
}
