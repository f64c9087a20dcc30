import { readFile } from 'node:fs/promises';
import { createHttp } from '../../../src/http/client.ts';
import {
  type Arch,
  defaultLimits,
  type ImageRequest,
  type Listing,
  type MetadataClient,
  type Resolution,
  type Vendor,
  type VendorContext,
} from '../../../src/kit.ts';
import {
  mirrorsFor,
  startUpstream,
  type UpstreamBody,
  type UpstreamHandler,
} from '../../../src/testing/upstream.ts';

/** Documents under their real addresses, served from a loopback server. */
export interface Documents {
  readonly context: VendorContext;
  /** What was asked for, in order: `GET https://host/path`. */
  readonly requests: string[];
  put(address: string, answer: UpstreamBody | UpstreamHandler): void;
  /** The same with another clock. */
  at(now: string): VendorContext;
  close(): Promise<void>;
}

/** `origins` are served; everything else stays as forbidden or unreachable as it is. */
export async function serveDocuments(
  origins: string[],
  documents: Record<string, UpstreamBody | UpstreamHandler>,
): Promise<Documents> {
  const upstream = await startUpstream();
  const origin = (host: string): string =>
    origins.find((one) => new URL(one).host === host) ?? `unknown://${host}/`;
  const signal = new AbortController().signal;
  const client = (): MetadataClient =>
    createHttp({
      mirrors: mirrorsFor(upstream, origins),
      ca: [],
      limits: defaultLimits,
      signal,
      log: () => {},
      offline: false,
      refresh: false,
      tuning: { attempts: 2, backoffBaseMs: 1, backoffCapMs: 1 },
    }).metadata;
  const at = (now: string): VendorContext => ({
    http: client(),
    signal,
    log: () => {},
    now: new Date(now),
    boot: false,
  });
  const put: Documents['put'] = (address, answer) =>
    upstream.route(address.replace(/^https?:\//, ''), answer);
  for (const [address, answer] of Object.entries(documents)) put(address, answer);
  return {
    get context() {
      return at('2026-11-20T12:00:00Z');
    },
    get requests() {
      return upstream.requests.map(({ method, path }) => {
        const [, host = '', rest = ''] = /^\/([^/]+)\/(.*)$/.exec(path) ?? [];
        return `${method} ${origin(host)}${rest}`;
      });
    },
    put,
    at,
    close: () => upstream.close(),
  };
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

export async function listAll(vendor: Vendor, documents: Documents): Promise<Listing[]> {
  const listings: Listing[] = [];
  for await (const listing of vendor.list?.(documents.context) ?? []) listings.push(listing);
  return listings;
}

export const maintenancePage = `<!DOCTYPE html>
<html lang="en"><head><title>Down for maintenance</title></head>
<body><h1>We will be back soon</h1><p>See <a href="https://status.example/">our status page</a>.</p></body></html>
`;
