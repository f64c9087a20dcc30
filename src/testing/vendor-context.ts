import type { BundleCatalog } from '../contracts/bundle.ts';
import type { AsyncDisposal } from '../contracts/image.ts';
import type { Log } from '../contracts/log.ts';
import type { VendorContext } from '../contracts/vendor.ts';
import { defined } from '../kit/defined.ts';
import { type DocumentSite, openDocumentSite, type SiteDocuments } from './document-site.ts';

/** What a vendor under test is given. */
export interface VendorContextOptions {
  /** By real address. What is not among them is 404 on their origins, and `ERR_NETWORK` on every other one. */
  documents?: SiteDocuments | undefined;
  /** Further origins that are served, with no document yet. */
  origins?: readonly string[] | undefined;
  /** The vendor's clock; default: noon of 2026-11-20, so that a test says the same next year. */
  now?: Date | string | undefined;
  /** Kernel and initrd are asked for; default: false. */
  boot?: boolean | undefined;
  /** The catalog of bundles, for a vendor that answers from one. */
  bundles?: BundleCatalog | undefined;
  signal?: AbortSignal | undefined;
  log?: Log | undefined;
}

/** A `VendorContext` for a unit test, without a cache; close it when done, or declare it with `await using`. */
export interface TestVendorContext extends VendorContext, DocumentSite, AsyncDisposal {
  /** Another context over the same documents that knows nothing of what this one has read. */
  renew(changes?: Pick<VendorContextOptions, 'now' | 'boot' | 'signal' | 'log'>): VendorContext;
}

const noon = '2026-11-20T12:00:00Z';

/**
 * Serves documents on loopback under their real addresses, and gives what `resolve()` and `list()` take: a client with the
 * HTTP rules of the product, a clock that stands still, and a list of the requests that were made.
 */
export async function createVendorContext(
  options: VendorContextOptions = {},
): Promise<TestVendorContext> {
  const site = await openDocumentSite(options.documents ?? {}, options.origins);
  const renew: TestVendorContext['renew'] = (changes = {}) => {
    const {
      now = noon,
      boot = false,
      log = () => {},
      signal = new AbortController().signal,
    } = {
      ...options,
      ...changes,
    };
    const { bundles } = options;
    const http = site.client(signal);
    return { http, signal, log, now: new Date(now), boot, ...defined({ bundles }) };
  };
  return {
    ...renew(),
    get requests() {
      return site.requests;
    },
    put: site.put,
    renew,
    close: site.close,
    [Symbol.asyncDispose]: site.close,
  };
}
