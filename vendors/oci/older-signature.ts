import type { Digest, VendorContext } from '../../src/kit.ts';
import { findManifest } from './find-manifest.ts';
import { parseOciDescriptors } from './oci-descriptor.ts';
import type { RegistryName } from './registry-name.ts';

/**
 * A signature in cosign's older form (SIGNATURE_SPEC): its payload is a blob, and an annotation holds the signature of
 * the payload.
 */
export interface OlderSignature {
  payload: Digest;
  signature: string;
  /** It has a certificate and was not made with a fixed key. */
  isKeyless: boolean;
}

/** The signatures in the manifest under the tag `sha256-….sig`, the newest last. */
export async function findOlderSignatures(
  name: RegistryName,
  subject: Digest,
  context: VendorContext,
): Promise<OlderSignature[]> {
  const found = await findManifest(name, `${subject.replace(':', '-')}.sig`, context);
  if (found === undefined) return [];
  const layers = parseOciDescriptors(found.content['layers'], `${found.where}: layers`);
  return layers.flatMap(({ digest: payload, mediaType, annotations }) => {
    const signature = annotations['dev.cosignproject.cosign/signature'];
    const isKnown = mediaType === 'application/vnd.dev.cosign.simplesigning.v1+json';
    if (!isKnown || signature === undefined) return [];
    const isKeyless = annotations['dev.sigstore.cosign/certificate'] !== undefined;
    return { payload, signature, isKeyless };
  });
}
