import {
  type ChecksumsProof,
  type Digest,
  defined,
  type Signature,
  type VendorContext,
  type Warning,
} from '../../src/kit.ts';
import type { FoundManifest } from './find-manifest.ts';
import { findSignature, hasOlderForm } from './find-signature.ts';
import type { RegistryName } from './registry-name.ts';
import type { WantedSigner } from './wanted-signer.ts';

/**
 * The chain from a signature to a layer: the bundle is over what the tag names, that names the manifest of the architecture,
 * and the manifest names the layer, each by its digest. Where only that manifest is signed, its own bundle begins the chain.
 */
export async function chainTo(
  name: RegistryName,
  { named, manifest }: { named: FoundManifest; manifest: FoundManifest },
  signer: WantedSigner,
  context: VendorContext,
): Promise<{ proofOf(layer: Digest): ChecksumsProof; warnings: Warning[] }> {
  const places = [...new Set([named.digest, manifest.digest])];
  let found: { of: Digest; at: URL } | undefined;
  for (const of of places) {
    const at = found === undefined ? await findSignature(name, of, signer, context) : undefined;
    if (at !== undefined) found = { of, at };
  }
  const warnings: Warning[] = [];
  if (found === undefined && (await hasOlderForm(name, named.digest, context))) {
    const message = `${named.where} is signed in the older form of cosign (a tag that ends with .sig), which is not checked`;
    warnings.push({ code: 'older-signature', message });
  }
  // Where there is none, the proof says so.
  const { of, at } = found ?? {
    of: named.digest,
    at: new URL(`manifests/${named.digest.replace(':', '-')}`, name.base),
  };
  const signature: Signature = { form: 'sigstore', at, ...signer };
  const listed = (by: Digest, what: Digest): ChecksumsProof => ({
    kind: 'checksums',
    url: new URL(`manifests/${by}`, name.base),
    name: what,
    dialect: 'oci-manifest',
    ...defined({ signature: by === of ? signature : undefined }),
  });
  return {
    warnings,
    proofOf: (layer) => ({
      ...listed(manifest.digest, layer),
      ...defined({
        via: manifest.digest === of ? undefined : listed(named.digest, manifest.digest),
      }),
    }),
  };
}
