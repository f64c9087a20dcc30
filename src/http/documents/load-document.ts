import type { KeptAnswer, MetadataDocument } from '../../contracts/metadata.ts';
import { TransferError } from '../../errors.ts';
import { isHtml } from '../../kit/is-html.ts';
import { publicUrl } from '../../kit/public-url.ts';
import type { Hop } from '../addresses/rules.ts';
import type { AskContext } from '../ask.ts';
import { isLasting } from '../status-failure.ts';
import { createDocument, refuseHtml } from './document.ts';
import type { OriginSlots } from './origin-slots.ts';
import { type DocumentRequest, requestDocument } from './request-document.ts';
import { addressKey, type MetadataStore, type StoredDocument } from './store.ts';

/** A document, or the lasting status with which upstream answers instead. */
export type LoadedDocument =
  | { document: MetadataDocument }
  | { refused: TransferError; status: number };

export interface LoadRequest extends Omit<DocumentRequest, 'stored'> {
  asked: URL;
  start: Hop;
  /** Store of earlier answers, if they may be used and replaced. */
  store: MetadataStore | undefined;
  /** An earlier answer may save bytes, or be used while upstream is down. */
  reuse: boolean;
  /** Whether and for how long an earlier answer is used without a request. */
  kept: boolean | KeptAnswer;
  /** An HTML page is permitted. */
  page: boolean;
}

/** Reads one document, from the network or, if that is down, from the store. */
export async function loadDocument(
  request: LoadRequest,
  context: AskContext,
  slots: OriginSlots,
): Promise<LoadedDocument> {
  const { asked, start, store, accept, maxBytes, reuse } = request;
  const kept = typeof request.kept === 'object' ? request.kept : undefined;
  // A kept answer is combined with the new one, not replaced.
  const isRead = reuse || kept !== undefined;
  const known = isRead ? await store?.read(start.url, accept, maxBytes) : undefined;
  const stored = known !== undefined && !request.page && isHtml(known.bytes) ? undefined : known;
  if (reuse && stored !== undefined && isFresh(stored, request.kept)) {
    return { document: fromStored(asked, start, stored, false) };
  }
  try {
    const fetched = await requestDocument(start, { ...request, stored }, context, slots);
    const { hop } = fetched;
    const facts = { url: asked, finalUrl: hop.url, status: 200, mirrored: hop.mirrored };
    if (fetched.unchanged) {
      const bytes = stored?.bytes ?? new Uint8Array();
      if (kept !== undefined && stored !== undefined) {
        const storedAt = new Date().toISOString();
        await store?.write(start.url, accept, { ...stored, storedAt });
      }
      return { document: createDocument({ ...facts, bytes, stale: false }) };
    }
    const { headers } = fetched;
    let { bytes } = fetched;
    if (!request.page) refuseHtml(hop.url, bytes);
    if (stored !== undefined && kept !== undefined) {
      const joined = await kept.join(stored.bytes, bytes);
      if (joined === undefined) return { document: fromStored(asked, start, stored, true) };
      bytes = joined;
    }
    const mayStore = !/\bno-store\b/i.test(headers['cache-control'] ?? '');
    if (mayStore) await store?.write(start.url, accept, toStored(hop, bytes, headers));
    return { document: createDocument({ ...facts, headers, bytes, stale: false }) };
  } catch (error) {
    if (!(error instanceof TransferError)) throw error;
    const isServed = isUnreachable(error) || (kept !== undefined && error.details.reason !== 'tls');
    if (stored === undefined || !isServed) {
      const { status = 0 } = error.details;
      if (error.code === 'ERR_HTTP_STATUS' && isLasting(status)) return { refused: error, status };
      throw error;
    }
    context.log({
      level: 'warn',
      message: `${error.message}; using the stored copy of ${stored.storedAt}`,
      data: { url: publicUrl(asked), storedAt: stored.storedAt },
    });
    return { document: fromStored(asked, start, stored, true) };
  }
}

/** True for an answer that needs no new request. A time in the future came from a wrong clock. */
function isFresh({ storedAt }: StoredDocument, kept: boolean | KeptAnswer): boolean {
  if (typeof kept === 'boolean') return kept;
  const age = Date.now() - Date.parse(storedAt);
  return age >= 0 && age < kept.forMs;
}

function toStored(hop: Hop, bytes: Uint8Array, headers: Record<string, string>): StoredDocument {
  return {
    finalUrl: hop.url,
    finalKey: addressKey(hop.url),
    mirrored: hop.mirrored,
    etag: headers['etag'],
    lastModified: headers['last-modified'],
    storedAt: new Date().toISOString(),
    bytes,
  };
}

function fromStored(
  asked: URL,
  start: Hop,
  stored: StoredDocument,
  stale: boolean,
): MetadataDocument {
  return createDocument({
    url: asked,
    finalUrl: stored.finalUrl,
    status: 200,
    bytes: stored.bytes,
    mirrored: start.mirrored || stored.mirrored,
    stale,
  });
}

/** True if upstream is down. A wrong certificate does not count: the user must check it. */
function isUnreachable(error: TransferError): boolean {
  if (error.code === 'ERR_NETWORK') return error.details.reason !== 'tls';
  if (error.code === 'ERR_HTTP_STATUS') return (error.details.status ?? 0) >= 500;
  return error.code === 'ERR_STALLED';
}
