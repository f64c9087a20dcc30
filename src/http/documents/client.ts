import type {
  MetadataClient,
  MetadataDocument,
  MetadataHead,
  MetadataOptions,
} from '../../contracts/metadata.ts';
import { firstHop, offlineMiss, parseAddress } from '../addresses/rules.ts';
import type { AskContext } from '../ask.ts';
import { type LoadedDocument, loadDocument } from './load-document.ts';
import type { OriginSlots } from './origin-slots.ts';
import { documentTooLong } from './request-document.ts';
import { requestHead } from './request-head.ts';
import type { SharedRequests } from './shared-requests.ts';
import type { MetadataStore } from './store.ts';

export interface MetadataContext {
  ask: AskContext;
  slots: OriginSlots;
  /** The documents that were read, for as long as this object lives. */
  shared: SharedRequests<LoadedDocument>;
  store: MetadataStore | undefined;
  /** Make no request. */
  offline: boolean;
  /** Use no earlier answer. */
  refresh: boolean;
}

/**
 * Statuses that mean: there is no such document. Every other status concerns the client, the server or the network.
 */
const absent: readonly number[] = [404, 410];

/** Reads documents for vendors and verifiers; each address is requested once in the life of the client. */
export function createMetadataClient(context: MetadataContext): MetadataClient {
  const { shared } = context;

  const begin = (url: URL | string, signal: AbortSignal | undefined) => {
    const asked = parseAddress(url);
    const start = firstHop(asked, context.ask.rules);
    const own = context.ask.attempts.signal;
    const joint = signal === undefined ? own : AbortSignal.any([own, signal]);
    joint.throwIfAborted();
    if (context.offline) throw offlineMiss(asked);
    context.ask.places.check(start);
    return { asked, start, signal: joint };
  };

  const note = (outcome: LoadedDocument): LoadedDocument => {
    if ('document' in outcome) {
      const { finalUrl, mirrored } = outcome.document;
      context.ask.places.read({ url: finalUrl, mirrored });
    }
    return outcome;
  };

  const obtain = async (url: URL | string, options: MetadataOptions): Promise<LoadedDocument> => {
    const { asked, start, signal } = begin(url, options.signal);
    const { headBytes, fresh = false, kept = false, page = false } = options;
    const accept = options.accept ?? '*/*';
    const maxBytes = options.maxBytes ?? context.ask.limits.metadataBytes;
    const whole = headBytes === undefined && !fresh;
    const load = (signal: AbortSignal): Promise<LoadedDocument> =>
      loadDocument(
        {
          asked,
          start,
          accept,
          maxBytes,
          headBytes,
          noCache: fresh || context.refresh,
          store: whole ? context.store : undefined,
          reuse: whole && !context.refresh,
          kept,
          page,
        },
        withSignal(context.ask, signal),
        context.slots,
      );
    if (fresh) return note(await load(signal));
    const key = JSON.stringify([start.url.href, accept, headBytes, kept, page]);
    const outcome = await shared.share(key, maxBytes, signal, (stop) =>
      load(AbortSignal.any([context.ask.attempts.signal, stop])),
    );
    note(outcome);
    // The result may come from a caller with a higher bound.
    const bytes = 'document' in outcome ? outcome.document.bytes.length : 0;
    if (headBytes === undefined && bytes > maxBytes)
      throw documentTooLong(start.url, maxBytes, bytes);
    return outcome;
  };

  return {
    async get(url, options = {}): Promise<MetadataDocument> {
      const outcome = await obtain(url, options);
      if ('refused' in outcome) throw outcome.refused;
      return outcome.document;
    },
    async find(url, options = {}): Promise<MetadataDocument | undefined> {
      const outcome = await obtain(url, options);
      if ('document' in outcome) return outcome.document;
      if ([...absent, ...(options.absent ?? [])].includes(outcome.status)) return undefined;
      throw outcome.refused;
    },
    async head(url, options = {}): Promise<MetadataHead> {
      const { start, signal } = begin(url, options.signal);
      const { accept = '*/*' } = options;
      return await requestHead(start, accept, withSignal(context.ask, signal), context.slots);
    },
  };
}

function withSignal(ask: AskContext, signal: AbortSignal): AskContext {
  return { ...ask, attempts: { ...ask.attempts, signal } };
}
