import type { TransportOptions } from '../contracts/options.ts';
import type { Listing } from '../contracts/vendor.ts';
import { UsageError } from '../errors.ts';
import { openCall } from '../line/call.ts';
import type { BoundParts } from '../parts/bind.ts';
import { pluginFailure } from '../parts/call-plugin.ts';

export interface ListOptions extends TransportOptions {
  /** The clock that vendors are given; default: now. */
  now?: Date | undefined;
}

export type ListImages = (vendor: string, options?: ListOptions) => AsyncIterable<Listing>;

/** `listImages` of the given parts: every release a vendor offers, as the vendor orders them. */
export function bindListImages(parts: BoundParts): ListImages {
  return async function* listImages(id, options = {}) {
    const call = await openCall(parts, id, options);
    const vendor = parts.vendors.get(id.toLowerCase());
    if (vendor?.list === undefined)
      throw cannotList(id, vendor !== undefined, parts.vendors.keys());
    const { log, now } = call.options;
    try {
      yield* vendor.list({ http: call.metadata, signal: call.signal, log, now, boot: false });
    } catch (error) {
      throw pluginFailure(error, vendor.id, 'list', call.signal);
    }
  };
}

function cannotList(id: string, exists: boolean, known: Iterable<string>): UsageError {
  const ids = [...known].sort();
  return new UsageError({
    code: 'ERR_UNKNOWN_VENDOR',
    message: exists ? `${id} cannot list its releases` : `there is no vendor ${JSON.stringify(id)}`,
    hint: `Use one of: ${ids.join(', ')}.`,
    details: { field: 'vendor', value: id, known: ids },
  });
}
