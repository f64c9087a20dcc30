import { isImageError } from '../../errors.ts';
import type { ReadSite } from './mirror-site.ts';
import type { BlobRange } from './registry-client.ts';

/**
 * The bytes of a blob, from the first site that provides them; if one site stops, the next continues. The address of
 * a blob is its digest, so only its length is compared here.
 */
export async function* streamBlob(
  sites: readonly ReadSite[],
  rest: string,
  range: BlobRange,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { start = 0, end = Infinity, sizeBytes = Infinity } = range;
  let position = start;
  let index = 0;
  let isWhole = false;
  while (position < Math.min(end, sizeBytes)) {
    const site = sites[index];
    if (site === undefined) return;
    const before = position;
    try {
      for await (const chunk of readFrom(site, rest, { ...range, start: position }, isWhole)) {
        position += chunk.length;
        yield chunk;
      }
      return;
    } catch (error) {
      if (isRestart(error)) {
        // This site cannot serve a range: read the whole blob and drop the bytes that are already there.
        isWhole = position === before && !isWhole;
        continue;
      }
      if (site.pass === undefined) throw error;
      site.pass(error);
      index += 1;
      isWhole = false;
    }
  }
}

async function* readFrom(
  { http, url }: ReadSite,
  rest: string,
  { start = 0, end, sizeBytes, signal }: BlobRange,
  isWhole: boolean,
): AsyncGenerator<Uint8Array, void, undefined> {
  const first = isWhole ? 0 : start;
  const body = await http.openBody(url(rest), {
    expectedBytes: sizeBytes,
    signal,
    firstBytes: end === undefined || isWhole ? undefined : end - first,
    resume: first > 0 ? { position: first, sizeBytes, validators: {}, judged: true } : undefined,
  });
  let at = first;
  try {
    for await (const chunk of body.chunks) {
      const from = Math.max(0, start - at);
      const to = end === undefined ? chunk.length : Math.min(chunk.length, end - at);
      at += chunk.length;
      if (to > from) yield from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to);
      if (end !== undefined && at >= end) return;
    }
  } finally {
    body.close();
  }
}

function isRestart(error: unknown): boolean {
  return isImageError(error) && 'restart' in error.details && error.details.restart === true;
}
