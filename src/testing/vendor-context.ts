import type { BundleCatalog } from '../contracts/bundle.ts';
import type { AsyncDisposal } from '../contracts/image.ts';
import type { Log } from '../contracts/log.ts';
import type { VendorContext } from '../contracts/vendor.ts';
import { defined } from '../kit/defined.ts';
import { type DocumentSite, openDocumentSite, type SiteDocuments } from './document-site.ts';

/** The context of a vendor under test. */
export interface VendorContextOptions {
  /** By real address. Other addresses on their origins are 404; other origins are `ERR_NETWORK`. */
  documents?: SiteDocuments | undefined;
  /** Additional origins to serve, without any document yet. */
  origins?: readonly string[] | undefined;
  /** The current time for the vendor; default: noon of 2026-11-20, so that a test gives the same result next year. */
  now?: Date | string | undefined;
  /** Request kernel and initrd; default: false. */
  boot?: boolean | undefined;
  /** The catalog of bundles, for a vendor that answers from one. */
  bundles?: BundleCatalog | undefined;
  signal?: AbortSignal | undefined;
  log?: Log | undefined;
}

/** A `VendorContext` for a unit test, without a cache; close it when done, or declare it with `await using`. */
export interface TestVendorContext extends VendorContext, DocumentSite, AsyncDisposal {
  /** Another context over the same documents, with a new client that has read nothing yet. */
  renew(changes?: Pick<VendorContextOptions, 'now' | 'boot' | 'signal' | 'log'>): VendorContext;
}

const noon = '2026-11-20T12:00:00Z';

/**
 * Serves documents on loopback under their real addresses, and returns a context for `resolve()` and `list()`: a
 * client with the HTTP rules of the product, a fixed time, and a list of the requests that were made.
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
