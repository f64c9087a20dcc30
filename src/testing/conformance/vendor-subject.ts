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

/** Documents to test a vendor with, and a request that they answer. */
export interface VendorSample {
  name?: string | undefined;
  /** By real address; or a function that serves generated documents. */
  documents: SiteDocuments | (() => Promise<TestVendorContext>);
  /** Default: `latest` on amd64. */
  request?: Partial<ImageRequest> | undefined;
  /** Addresses of documents that the answer does not need: an HTML page there must count as a missing document. */
  optional?: RegExp | undefined;
  /** Ids of formats that layers may name besides the built-in ones. */
  formats?: readonly string[] | undefined;
}

/** A vendor with its test documents. Each case opens a new site and closes it. */
export interface VendorSubject {
  vendor: Vendor;
  sample: VendorSample;
}

function openSite({ sample }: VendorSubject): Promise<TestVendorContext> {
  const { documents } = sample;
  return typeof documents === 'function' ? documents() : createVendorContext({ documents });
}

/** Runs with a new site. */
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

/** Resolves with a new client that has read nothing yet, and checks the answer against the contract. */
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

/** The answer, or the typed error that was thrown. */
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

/** Addresses that were requested with GET. */
export function fetchedFrom(site: TestVendorContext): string[] {
  return site.requests.flatMap((line) => (line.startsWith('GET ') ? [line.slice(4)] : []));
}

/** The disks, kernel and initrd of an answer. */
export function filesOf({ disk, boot }: Resolution): Artifact[] {
  return [...disk, boot?.kernel, boot?.initrd].filter((file) => file !== undefined);
}

const readers = builtIns.formats.filter(isReader);
const builtInFormats = readers.map(({ id }) => id);

/** Asserts that the core can use the addresses, layers and proofs of a file. */
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
