import { type Digest, parseRecord, type VendorContext } from '../../src/kit.ts';
import { findBlob, findManifest } from './find-manifest.ts';
import { type OciDescriptor, parseOciDescriptors } from './oci-descriptor.ts';
import type { RegistryName } from './registry-name.ts';
import type { WantedSigner } from './wanted-signer.ts';

const bundleType = 'application/vnd.dev.sigstore.bundle';
const signPredicate = 'https://sigstore.dev/cosign/sign/v1';
const predicateKey = 'dev.sigstore.bundle.predicateType';
const createdKey = 'org.opencontainers.image.created';
/** If a subject has more, only the newest are read. */
const maxBundles = 16;

/**
 * Finds the bundle over a manifest or index: among its referrers, or in the index under the tag that replaces them
 * (cosign, BUNDLE_SPEC). Among several, takes the newest whose certificate names the signer, or, if a key must have
 * signed, the newest without a certificate; the verifier decides whether it is valid.
 */
export async function findSignature(
  name: RegistryName,
  subject: Digest,
  signer: WantedSigner,
  context: VendorContext,
): Promise<URL | undefined> {
  const listed = (await listReferrers(name, subject, context)).filter(mayBeSignature);
  const newest = listed.sort((a, b) => (createdOf(a) < createdOf(b) ? 1 : -1));
  const found: Digest[] = [];
  for (const { digest } of newest.slice(0, maxBundles)) {
    const manifest = await findManifest(name, digest, context);
    if (manifest === undefined) continue;
    const { where, content } = manifest;
    const [layer] = parseOciDescriptors(content['layers'], `${where}: layers`);
    if (layer?.mediaType.startsWith(bundleType)) found.push(layer.digest);
  }
  const [first] = found;
  let chosen = first;
  if (found.length > 1) {
    for (const digest of found.toReversed()) {
      if (await names(name, digest, signer, context)) chosen = digest;
    }
  }
  return chosen === undefined ? undefined : new URL(`blobs/${chosen}`, name.base);
}

async function listReferrers(
  name: RegistryName,
  subject: Digest,
  { http, signal, ...context }: VendorContext,
): Promise<OciDescriptor[]> {
  const url = new URL(`referrers/${subject}`, name.base);
  const accept = 'application/vnd.oci.image.index.v1+json';
  const answer = await http.find(url, { accept, signal });
  const where = url.href;
  const content =
    answer === undefined
      ? (await findManifest(name, subject.replace(':', '-'), { http, signal, ...context }))?.content
      : parseRecord(answer.json(), where);
  return content === undefined
    ? []
    : parseOciDescriptors(content['manifests'], `${where}: manifests`);
}

function mayBeSignature({ artifactType, annotations }: OciDescriptor): boolean {
  const predicate = annotations[predicateKey] ?? signPredicate;
  return artifactType?.startsWith(bundleType) === true && predicate === signPredicate;
}

function createdOf({ annotations }: OciDescriptor): string {
  return annotations[createdKey] ?? '';
}

/** Whether a bundle names the signer; this does not check the signature. */
async function names(
  name: RegistryName,
  digest: Digest,
  signer: WantedSigner,
  context: VendorContext,
): Promise<boolean> {
  const text = (await findBlob(name, digest, context))?.text ?? '';
  const [, encoded] = /"rawBytes"\s*:\s*"([A-Za-z0-9+/=]+)"/.exec(text) ?? [];
  if ('keys' in signer) return encoded === undefined;
  const { identity } = signer;
  const { X509Certificate } = await import('node:crypto');
  try {
    const { subjectAltName = '' } = new X509Certificate(Buffer.from(encoded ?? '', 'base64'));
    const own = subjectAltName.split(', ').map((one) => one.replace(/^[^:]*:/, ''));
    const pattern = identity.startsWith('^') ? new RegExp(identity, 'u') : undefined;
    return own.some((one) => pattern?.test(one) ?? one === identity);
  } catch {
    return false;
  }
}
