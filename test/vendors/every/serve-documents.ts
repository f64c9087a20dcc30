import { readFile } from 'node:fs/promises';
import type {
  Arch,
  ImageRequest,
  Listing,
  Resolution,
  Vendor,
  VendorContext,
} from '../../../src/kit.ts';
import type { SiteDocuments } from '../../../src/testing/document-site.ts';
import {
  createVendorContext,
  type TestVendorContext,
} from '../../../src/testing/vendor-context.ts';

/** Documents under their real addresses, served from a loopback server. */
export interface Documents extends TestVendorContext {
  /** A new context each time. */
  readonly context: VendorContext;
  /** The same with another clock. */
  at(now: string): VendorContext;
}

/** `origins` are served too; every other address is unreachable. */
export async function serveDocuments(
  origins: string[],
  documents: SiteDocuments,
): Promise<Documents> {
  return withContexts(await createVendorContext({ documents, origins }));
}

export function withContexts(site: TestVendorContext): Documents {
  return Object.defineProperties(site, {
    context: { get: () => site.renew() },
    at: { value: (now: string) => site.renew({ now }) },
  }) as Documents;
}

export function readFixture(name: string): Promise<string> {
  return readFile(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8');
}

/** Resolves `vendor[:release]` for an architecture. */
export function ask(
  vendor: Vendor,
  documents: Documents,
  release: string,
  arch: Arch,
  more: Partial<ImageRequest> = {},
): Promise<Resolution> {
  return vendor.resolve({ vendor: vendor.id, release, arch, ...more }, documents.context);
}

export async function listAll(
  vendor: Vendor,
  documents: Documents | VendorContext,
): Promise<Listing[]> {
  const listings: Listing[] = [];
  for await (const listing of vendor.list?.(
    'context' in documents ? documents.context : documents,
  ) ?? [])
    listings.push(listing);
  return listings;
}

export const maintenancePage = `<!DOCTYPE html>
<html lang="en"><head><title>Down for maintenance</title></head>
<body><h1>We will be back soon</h1><p>See <a href="https://status.example/">our status page</a>.</p></body></html>
`;
