import { readBundleCatalog } from '../bundles/read-catalog.ts';
import type { TransportOptions } from '../contracts/options.ts';
import type { VendorId } from '../contracts/reference.ts';
import type { Listing, Vendor } from '../contracts/vendor.ts';
import { UsageError } from '../errors.ts';
import { openCall } from '../line/call.ts';
import { awaitEnd, awaitPlugin } from '../parts/await-plugin.ts';
import type { BoundParts } from '../parts/bind.ts';
import { pluginFailure } from '../parts/call-plugin.ts';
import { checkOptions, readText } from '../parts/check-options.ts';
import { checkListing } from '../parts/check-resolution.ts';
import { optionKinds } from '../parts/option-kinds.ts';
import { safeListeners } from '../parts/safe-listener.ts';
import { unknownVendor } from '../parts/unknown-vendor.ts';

export interface ListOptions extends TransportOptions {
  /** The current time for vendors; default: now. */
  now?: Date | undefined;
}

export type ListImages = (vendor: VendorId, options?: ListOptions) => AsyncIterable<Listing>;

/** `listImages` for the given parts: every release that a vendor offers, in the vendor's order. */
export function bindListImages(parts: BoundParts): ListImages {
  return async function* listImages(vendorId, options = {}) {
    checkOptions(options, optionKinds.listImages);
    const id = readText('vendor', vendorId);
    const call = await openCall(parts, id, safeListeners(options));
    const vendor = parts.vendors.get(id.toLowerCase());
    if (vendor === undefined) throw unknownVendor(id, parts.vendors.keys());
    if (vendor.list === undefined) throw cannotList(vendor, parts.vendors.values());
    const { log, now } = call.options;
    try {
      const { metadata: http, signal } = call;
      const bundles = await readBundleCatalog(call.options.bundles);
      const listings = vendor.list({ http, signal, log, now, boot: false, bundles });
      for await (const listing of iterate(vendor.id, signal, listings)) {
        yield checkListing(vendor.id, listing);
      }
    } catch (error) {
      throw pluginFailure(error, vendor.id, 'list', call.signal);
    }
  };
}

/** The listings of a plug-in, as long as the call waits for them. */
async function* iterate(
  id: string,
  signal: AbortSignal,
  listings: AsyncIterable<Listing>,
): AsyncIterable<Listing> {
  const iterator = listings[Symbol.asyncIterator]();
  let isOpen = false;
  try {
    for (;;) {
      isOpen = false;
      const next = await awaitPlugin(id, 'list', signal, () => iterator.next());
      if (next.done === true) return;
      isOpen = true;
      yield next.value;
    }
  } finally {
    // The caller has stopped. An iterator that failed or was abandoned needs no closing.
    if (isOpen) {
      await awaitEnd(signal, async () => {
        await iterator.return?.();
      });
    }
  }
}

function cannotList({ id, title, example }: Vendor, vendors: Iterable<Vendor>): UsageError {
  const known = [...vendors].flatMap((one) => (one.list === undefined ? [] : [one.id])).sort();
  const others = known.length === 0 ? '' : ` Vendors that list theirs: ${known.join(', ')}.`;
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${title} cannot list its releases: the vendor ${id} has no list()`,
    hint: `Name a release, as in ${example ?? `${id}:RELEASE`}.${others}`,
    details: { field: 'vendor', value: id, known },
  });
}
