import assert from 'node:assert/strict';
import type {
  Artifact,
  ImageRequest,
  Listing,
  Resolution,
  Vendor,
} from '../../contracts/vendor.ts';
import { type AnyImageError, isImageError } from '../../errors.ts';
import { builtIns } from '../../index.ts';
import { findLayerFault } from '../../parts/check-layers.ts';
import { checkResolution } from '../../parts/check-resolution.ts';
import { isReader } from '../../parts/format-kinds.ts';
import type { SiteDocuments } from '../document-site.ts';
import { createVendorContext, type TestVendorContext } from '../vendor-context.ts';

/** Documents that a vendor is tried on, and a request that they answer. */
export interface VendorSample {
  name?: string | undefined;
  /** By real address; or a function that serves them, for documents that are made. */
  documents: SiteDocuments | (() => Promise<TestVendorContext>);
  /** Default: `latest` on amd64. */
  request?: Partial<ImageRequest> | undefined;
  /** Addresses of documents that the answer does without: a page in their place has to be as good as none. */
  optional?: RegExp | undefined;
  /** Ids of formats that layers may name beside the built-in ones. */
  formats?: readonly string[] | undefined;
}

/** A vendor with the documents it is tried on. Each case opens a site of its own and closes it. */
export interface VendorSubject {
  vendor: Vendor;
  sample: VendorSample;
}

function openSite({ sample }: VendorSubject): Promise<TestVendorContext> {
  const { documents } = sample;
  return typeof documents === 'function' ? documents() : createVendorContext({ documents });
}

/** Runs with a site of its own. */
export async function withSite<T>(
  subject: VendorSubject,
  run: (site: TestVendorContext) => Promise<T>,
): Promise<T> {
  const site = await openSite(subject);
  try {
    return await run(site);
  } finally {
    await site.close();
  }
}

/** Asks with a client that has read nothing yet, and holds the answer to the contract. */
export async function resolveOn(
  { vendor, sample }: VendorSubject,
  site: TestVendorContext,
  more: Partial<ImageRequest> = {},
  boot: boolean = false,
): Promise<Resolution> {
  const request: ImageRequest = {
    vendor: vendor.id,
    release: 'latest',
    arch: 'amd64',
    ...sample.request,
    ...more,
  };
  const parameters = { ...sample.request?.parameters, ...more.parameters };
  if (Object.keys(parameters).length > 0) request.parameters = parameters;
  const answer = await vendor.resolve(request, site.renew({ boot }));
  checkResolution(vendor.id, answer);
  return answer;
}

/** The answer, or the typed error that stands in its place. */
export async function tryResolve(
  ...asked: Parameters<typeof resolveOn>
): Promise<Resolution | AnyImageError> {
  try {
    return await resolveOn(...asked);
  } catch (error) {
    if (isImageError(error)) return error;
    throw error;
  }
}

export async function listOn(
  { vendor }: VendorSubject,
  site: TestVendorContext,
): Promise<Listing[]> {
  const listings: Listing[] = [];
  for await (const listing of vendor.list?.(site.renew()) ?? []) listings.push(listing);
  return listings;
}

/** Addresses that were asked for with GET. */
export function fetchedFrom(site: TestVendorContext): string[] {
  return site.requests.flatMap((line) => (line.startsWith('GET ') ? [line.slice(4)] : []));
}

/** Disks, kernel and initrd. */
export function filesOf({ disk, boot }: Resolution): Artifact[] {
  return [...disk, boot?.kernel, boot?.initrd].filter((file) => file !== undefined);
}

const readers = builtIns.formats.filter(isReader);
const builtInFormats = readers.map(({ id }) => id);

/** Addresses, layers and proofs that the core can work with. */
export function assertSound({ sample }: VendorSubject, file: Artifact): void {
  const { url, mirrors = [], fileName, layers, proofs } = file;
  for (const { href, protocol } of [url, ...mirrors]) {
    assert.equal(protocol, 'https:', `${href} should be https`);
  }
  assert.match(
    fileName,
    /^(?!\.+$)[\w.+~-]+$/,
    `${JSON.stringify(fileName)} is no plain file name`,
  );
  const formats = [...builtInFormats, ...(sample.formats ?? [])];
  const strange = layers.filter((layer) => !formats.includes(layer));
  assert.deepEqual(strange, [], `${fileName}: layers that are no format: ${strange.join(', ')}`);
  const fault = findLayerFault(layers, readers);
  assert.equal(fault, undefined, `the layers of ${fileName}: ${fault}`);
  assert.ok(proofs.length > 0, `${fileName} has no proof`);
  for (const proof of proofs) {
    if (proof.kind === 'tls') assert.match(proof.reason, /\S/, 'a tls proof needs a reason');
    if (proof.kind === 'checksums') assert.equal(proof.url.protocol, 'https:', proof.url.href);
  }
}
