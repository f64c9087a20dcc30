import {
  type Artifact,
  type ChecksumsProof,
  defined,
  defineVendor,
  NotFoundError,
  publicUrl,
  type Signature,
  type Vendor,
  type VendorContext,
} from '../src/kit.ts';
import {
  digestListNames,
  findList,
  type ListedDisk,
  type ListOfDisks,
} from './http-index/listed-disks.ts';
import { buildOf, versionOf } from './http-index/names.ts';
import { pickListed } from './http-index/pick.ts';
import { layersOfName } from './shared/disk-names.ts';
import { openpgp } from './shared/openpgp.ts';
import { invalidParameter, readFolderAddress, readParameters } from './shared/parameters.ts';

const id = 'http-index';

/**
 * A private folder with disks and a list of their digests: `SHA256SUMS`, `SHA512SUMS` or
 * `CHECKSUM`. Parameters: `url` (https address of the folder); `file` (exactly this file of the
 * list); `key` (fingerprints, joined by commas: the list must then be signed with one of these
 * keys, inline or in a `.gpg`, `.asc` or `.sig` file beside it, and the call must give the key
 * itself). Without `file`, the name must contain release, architecture and variant as whole words,
 * and the newest remaining file is taken. Snapshots: the date or version in the name, or the start
 * of the digest.
 */
export const httpIndex: Vendor = defineVendor({
  id,
  title: 'Folder with a list of digests',
  apiVersion: 1,
  trust: 'checksum',
  evidence: 'documented',

  async resolve(request, context) {
    const { url, file, key } = readParameters(request, ['url', 'file', 'key']);
    const folder = readFolderAddress(id, 'url', url);
    const signers = key === undefined ? [] : readFingerprints(key);
    const list = await findList(folder, signers.length > 0, context);
    if (list === undefined) {
      throw new NotFoundError({
        code: 'ERR_NOT_FOUND',
        message: `${publicUrl(folder)} has none of ${digestListNames.join(', ')}`,
        hint: 'Put a SHA256SUMS beside the images, or correct the address: --param url=… (parameters).',
        details: { vendor: id, field: 'url', value: publicUrl(folder) },
      });
    }
    const release = request.release.toLowerCase();
    const { best, disks, isForAnyArch } = pickListed(request, list.disks, file);
    const signature = signers.length === 0 ? {} : { signature: await sign(list, signers, context) };
    const message = `${best.name} does not state its architecture; ${request.arch} was requested`;
    return {
      release: release === 'latest' ? (versionOf(best.name) ?? release) : release,
      variant: request.variant?.toLowerCase() ?? 'default',
      snapshot: buildOf(best.name, best.digest),
      disk: disks.map((disk) => describe(disk, list.url, signature)),
      ...defined({ warnings: isForAnyArch ? [{ code: 'arch-unknown', message }] : undefined }),
    };
  },
});

function describe(
  { name, fileName, url, sizeBytes }: ListedDisk,
  list: URL,
  signature: { signature?: Signature },
): Artifact {
  const proof: ChecksumsProof = { kind: 'checksums', url: list, name, dialect: 'sums' };
  return {
    url,
    fileName,
    ...defined({ sizeBytes }),
    layers: layersOfName(fileName),
    proofs: [{ ...proof, ...signature }],
  };
}

/** Finds the signature of the list; if there is none, the proof reports it. */
async function sign(
  { url, isSigned }: ListOfDisks,
  signers: string[],
  { http, signal }: VendorContext,
): Promise<Signature> {
  const keys = signers.map((fingerprint) => ({ fingerprint }));
  if (isSigned) return openpgp('inline', keys);
  const places = ['.gpg', '.asc', '.sig'].map((ending) => new URL(`${url}${ending}`));
  for (const place of places) {
    if ((await http.find(place, { signal })) !== undefined) return openpgp(place, keys);
  }
  return openpgp(new URL(`${url}.gpg`), keys);
}

function readFingerprints(text: string): string[] {
  const fingerprints = text.split(',').map((one) => one.replace(/\s+/g, '').toUpperCase());
  if (fingerprints.every((one) => /^(?:[0-9A-F]{40}|[0-9A-F]{64})$/.test(one))) return fingerprints;
  const hint = 'Give --param key=FINGERPRINT,… (parameters): 40 hex digits each, joined by commas.';
  throw invalidParameter(id, 'key', 'is not a list of whole fingerprints', hint);
}
