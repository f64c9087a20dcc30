import {
  type ChecksumsProof,
  type Digest,
  defined,
  type Signature,
  type VendorContext,
  type Warning,
} from '../../src/kit.ts';
import type { FoundManifest } from './find-manifest.ts';
import { findSignature } from './find-signature.ts';
import { findOlderSignatures } from './older-signature.ts';
import type { RegistryName } from './registry-name.ts';
import type { WantedSigner } from './wanted-signer.ts';

/**
 * The chain from a signature to a layer: the bundle signs what the tag names, which names the manifest of the
 * architecture, which names the layer, each by its digest. If only that manifest is signed, its own bundle begins the
 * chain.
 */
export async function chainTo(
  name: RegistryName,
  { named, manifest }: { named: FoundManifest; manifest: FoundManifest },
  signer: WantedSigner,
  context: VendorContext,
): Promise<{ proofOf(layer: Digest): ChecksumsProof; warnings: Warning[] }> {
  const places = [...new Set([named.digest, manifest.digest])];
  const warnings: Warning[] = [];
  let found: { of: Digest; signature: Signature } | undefined;
  for (const of of places) {
    found ??= await findOver(name, of, signer, context, warnings);
  }
  // If there is no bundle, the proof reports it.
  const missing = new URL(`manifests/${named.digest.replace(':', '-')}`, name.base);
  const { of, signature } = found ?? { of: named.digest, signature: by(signer, missing) };
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

async function findOver(
  name: RegistryName,
  of: Digest,
  signer: WantedSigner,
  context: VendorContext,
  warnings: Warning[],
): Promise<{ of: Digest; signature: Signature } | undefined> {
  const at = await findSignature(name, of, signer, context);
  if (at !== undefined) return { of, signature: by(signer, at) };
  const older = await findOlderSignatures(name, of, context);
  const own = 'keys' in signer ? older.findLast(({ isKeyless }) => !isKeyless) : undefined;
  if (own !== undefined) {
    const payload = new URL(`blobs/${own.payload}`, name.base);
    return { of, signature: by(signer, payload, own.signature) };
  }
  if (older.length > 0) {
    const message = `${name.repository} at ${of} has signatures of cosign's older form (a tag that ends with .sig), of which only those by a key are checked`;
    warnings.push({ code: 'older-signature', message });
  }
  return undefined;
}

function by(signer: WantedSigner, at: URL, signature?: string): Signature {
  if (!('keys' in signer)) return { form: 'sigstore', at, ...signer };
  return { form: 'cosign', at, signers: signer.keys, ...defined({ signature }) };
}
