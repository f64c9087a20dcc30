import { type Artifact, defined, type Proof, type VendorContext } from '../../src/kit.ts';
import { opensuseKeys } from '../keys/opensuse.ts';
import { findMirrors } from './mirror-cache.ts';
import { openpgp } from './openpgp.ts';

/** A dated image in a folder of openSUSE. */
export interface OpensuseImage {
  url: URL;
  fileName: string;
  sizeBytes?: number;
  /** The sidecar file that holds its digest. */
  sums: URL;
}

/** The bits may come from mirrors; what vouches for them, the signed sidecar first, comes from the origin. */
export async function describeOpensuseImage(
  { url, fileName, sizeBytes, sums }: OpensuseImage,
  context: VendorContext,
  more: Proof[] = [],
): Promise<Artifact> {
  const signature = openpgp(new URL(`${sums}.asc`), opensuseKeys);
  const aliases = [aliasOf(fileName)];
  return {
    url,
    ...(await findMirrors(url, context)),
    fileName,
    ...defined({ sizeBytes }),
    layers: ['qcow2'],
    proofs: [{ kind: 'checksums', url: sums, aliases, dialect: 'sums', signature }, ...more],
  };
}

/** The name without build and version leads to the newest build; a sidecar may carry the one name or the other. */
function aliasOf(fileName: string): string {
  return fileName
    .replace(/-(?:Build[\d.]+|Snapshot\d+)(?=\.qcow2$)/, '')
    .replace(/-\d+\.\d+\.\d+(?=-)/, '');
}
