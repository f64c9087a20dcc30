import type { Digest } from '../contracts/proof.ts';
import type { Artifact, Pieces, Resolution } from '../contracts/vendor.ts';
import { PluginError } from '../errors.ts';
import { digestOfHex, hexOf } from '../kit/digest.ts';

/** Holds a vendor to its contract before anything is built on its answer; `ERR_PLUGIN` names what is wrong. */
export function checkResolution(vendor: string, resolution: Resolution): void {
  const fault = findFault(resolution);
  if (fault === undefined) return;
  throw new PluginError({
    code: 'ERR_PLUGIN',
    message: `${vendor}.resolve() answered with ${fault}`,
    hint: `Report this to the author of ${vendor}.`,
    details: { plugin: vendor, method: 'resolve' },
  });
}

// The types promise all of this; a plug-in in plain JavaScript does not.
function findFault(resolution: Resolution): string | undefined {
  if (typeof resolution !== 'object' || resolution === null) return 'no resolution';
  for (const field of ['release', 'variant', 'snapshot'] as const) {
    if (typeof resolution[field] !== 'string' || resolution[field] === '') return `no ${field}`;
  }
  if (!Array.isArray(resolution.disk) || resolution.disk.length === 0) return 'no disk';
  const { kernel, initrd } = resolution.boot ?? {};
  const files = [...resolution.disk, kernel, initrd].filter((one) => one !== undefined);
  return files.map(findArtifactFault).find((fault) => fault !== undefined);
}

function findArtifactFault(artifact: Artifact): string | undefined {
  const { url, mirrors = [], fileName, layers, proofs, pieces } = artifact;
  if (!Array.isArray(mirrors)) return 'mirrors that are no list';
  for (const address of [url, ...mirrors]) {
    if (!(address instanceof URL)) return 'a disk without an address';
    if (!/^https?:$/.test(address.protocol)) return `the address ${address.protocol}//…`;
  }
  if (pieces !== undefined && !areUsable(pieces)) return 'pieces that cannot be checked';
  if (typeof fileName !== 'string' || /^$|[/\\]/.test(fileName)) {
    return `the file name ${JSON.stringify(fileName)}`;
  }
  if (!Array.isArray(layers)) return 'a disk without layers';
  if (!Array.isArray(proofs) || proofs.length === 0) return 'a disk without proofs';
  return undefined;
}

function areUsable(pieces: Pieces): boolean {
  const { lengthBytes, digests } = Object(pieces) as Partial<Pieces>;
  if (!Number.isSafeInteger(lengthBytes) || !Array.isArray(digests)) return false;
  const isList = digests.length > 0 && Number(lengthBytes) > 0;
  return isList && digests.every((one) => digestOfHex(hexOf(String(one) as Digest)) === one);
}
