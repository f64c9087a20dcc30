import {
  type Artifact,
  type Digest,
  defined,
  defineVendor,
  notFoundIn,
  type Resolution,
  type Vendor,
} from '../src/kit.ts';
import { findImageFiles } from './oci/disk-layer.ts';
import { findManifest, isDigest } from './oci/find-manifest.ts';
import { readImageManifest } from './oci/oci-manifest.ts';
import { readRegistryName } from './oci/registry-name.ts';
import { chainTo } from './oci/signature-chain.ts';
import { readWantedSigner } from './oci/wanted-signer.ts';

const missing = notFoundIn('oci');

/**
 * Disks in an OCI registry: container disks of KubeVirt, and artifacts with a disk as one layer. Release:
 * `HOST[:PORT]/REPOSITORY[:TAG]`, with the default tag `latest`; snapshot: `sha256-` and the digest of what the tag
 * names, an index or a manifest. Variant: `default`. Parameters: `identity` and `issuer` of the certificate that must
 * have signed what the tag names (`cosign sign`, keyless), or `key`: the sha256 of a public key that the call gives.
 */
export const oci: Vendor = defineVendor({
  id: 'oci',
  title: 'Disks in an OCI registry',
  apiVersion: 1,
  evidence: 'documented',
  trust: 'checksum',
  example: 'oci:quay.io/containerdisks/ubuntu:24.04',

  async resolve(request, context) {
    context.signal.throwIfAborted();
    const signer = readWantedSigner(request);
    const { arch, variant = 'default', snapshot } = request;
    if (variant !== 'default') throw missing('variant', variant, ['default']);
    const name = readRegistryName(request.release);
    const { host, repository, tag = snapshot === undefined ? 'latest' : undefined } = name;
    const wanted = snapshot === undefined ? undefined : readSnapshot(snapshot);
    const named = await findManifest(name, wanted ?? tag ?? '', context);
    const release = [`${host}/${repository}`, tag ?? []].flat().join(':');
    if (named === undefined) {
      const hint =
        'Check host, repository and tag; a private repository may look as if it did not exist.';
      throw snapshot === undefined
        ? missing('release', release, [], hint)
        : missing('snapshot', snapshot, [], hint);
    }
    const manifest = await readImageManifest(name, named, arch, context);
    const files = await findImageFiles(name, manifest, context);
    const chain =
      signer && (await chainTo(name, { named, manifest: manifest.document }, signer, context));
    const prove = (file: Artifact): Artifact => {
      const [own] = file.proofs;
      if (chain === undefined || own?.kind !== 'digest') return file;
      return { ...file, proofs: [chain.proofOf(own.digest), own] };
    };
    const { kernel, initrd } = files;
    const boot =
      kernel && context.boot
        ? { kernel: prove(kernel), ...defined({ initrd: initrd && prove(initrd) }) }
        : undefined;
    const warnings = [...manifest.warnings, ...(chain?.warnings ?? [])];
    return {
      release,
      variant: 'default',
      snapshot: named.digest.replace(':', '-'),
      disk: [prove(files.disk)],
      ...defined({ boot, warnings: warnings.length > 0 ? warnings : undefined }),
    } satisfies Resolution;
  },
});

/** `sha256-…`, as in a cache name, `sha256:…`, or only the digits. */
function readSnapshot(snapshot: string): Digest {
  const [, algorithm = 'sha256', hex = ''] =
    /^(?:(sha256|sha512)[:-])?([0-9a-f]+)$/.exec(snapshot.toLowerCase()) ?? [];
  const digest = `${algorithm}:${hex}`;
  if (isDigest(digest)) return digest;
  throw missing('snapshot', snapshot, [], 'Give the whole digest: @sha256: and 64 hex digits.');
}
