import type { ImageRequest, Resolution, Vendor } from '../../../src/kit.ts';
import { type Documents, serveDocuments } from './serve-documents.ts';

/** A vendor's documents on loopback, in a new server for every request. */
export interface VendorSite {
  /** The requests to the last one. */
  readonly requests: string[];
  serve(served: Record<string, string>): Promise<Documents>;
  /** `changed` replaces documents; an empty text removes one. */
  resolve(
    release: string,
    more?: Partial<ImageRequest>,
    changed?: Record<string, string>,
    now?: string,
  ): Promise<Resolution>;
  close(): Promise<void>;
}

export function createVendorSite(
  vendor: Vendor,
  origins: string[],
  documents: Record<string, string>,
): VendorSite {
  let site: Documents | undefined;
  const close = async (): Promise<void> => {
    await site?.close();
    site = undefined;
  };
  const serve = async (served: Record<string, string>): Promise<Documents> => {
    await close();
    site = await serveDocuments(origins, served);
    return site;
  };
  return {
    get requests() {
      return site?.requests ?? [];
    },
    serve,
    async resolve(release, more = {}, changed = {}, now) {
      const served = Object.entries({ ...documents, ...changed }).filter(([, text]) => text !== '');
      const own = await serve(Object.fromEntries(served));
      const context = now === undefined ? own.context : own.at(now);
      return vendor.resolve({ vendor: vendor.id, release, arch: 'amd64', ...more }, context);
    },
    close,
  };
}
