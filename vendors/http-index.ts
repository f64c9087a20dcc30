import {
  type Artifact,
  type ChecksumsProof,
  compareVersions,
  defineVendor,
  type ImageRequest,
  type NotFoundError,
  notFound,
  type Signature,
  type Vendor,
  type VendorContext,
} from '../src/kit.ts';
import {
  archesOf,
  buildOf,
  compareKinds,
  holdsToken,
  layersOf,
  stemOf,
  versionOf,
  wordsOf,
} from './shared/index-names.ts';
import { findList, type ListedDisk, type ListOfDisks } from './shared/listed-disks.ts';
import { openpgp } from './shared/openpgp.ts';
import { invalidParameter, readFolder, readParameters } from './shared/read-parameters.ts';

const id = 'http-index';

/**
 * A folder of one's own with disks and a list of their digests: `SHA256SUMS`, `SHA512SUMS` or `CHECKSUM`. Parameters:
 * `url` (https address of the folder); `file` (exactly this one of the list); `key` (fingerprints, joined by commas: then
 * the list has to be signed by one of these, in itself or in a `.gpg`, `.asc` or `.sig` beside it, and the key itself is
 * given with the call). Without `file` release, architecture and variant have to stand in the name as whole words, and
 * the newest of what is left is taken. Snapshots: the date or version in the name, or the start of the digest.
 */
export const httpIndex: Vendor = defineVendor({
  id,
  title: 'Folder with a list of digests',
  apiVersion: 1,
  evidence: 'documented',

  async resolve(request, context) {
    const { url, file, key } = readParameters(request, ['url', 'file', 'key']);
    const folder = readFolder(id, 'url', url);
    const signers = key === undefined ? [] : readFingerprints(key);
    const list = await findList(folder, signers.length > 0, context);
    if (list === undefined) {
      const hint = 'Put a SHA256SUMS beside the images, or check the address.';
      throw missing('parameter', 'url', [], hint);
    }
    const release = request.release.toLowerCase();
    const { disks, isForAnyArch } =
      file === undefined ? pickDisks(request, list.disks) : pickFile(file, request, list.disks);
    const [best] = disks;
    if (best === undefined) throw missing('release', release, versionsIn(list.disks));
    const signature = signers.length === 0 ? {} : { signature: await sign(list, signers, context) };
    const message = `${best.name} does not say what architecture it is of; ${request.arch} was asked for`;
    return {
      release: release === 'latest' ? (versionOf(best.name) ?? release) : release,
      variant: request.variant?.toLowerCase() ?? 'default',
      snapshot: buildOf(best.name, best.digest),
      disk: disks.map((disk) => describe(disk, list.url, signature)),
      ...(isForAnyArch && { warnings: [{ code: 'arch-unknown', message }] }),
    };
  },
});

interface Picked {
  /** One disk, in several formats: best first. */
  disks: ListedDisk[];
  isForAnyArch: boolean;
}

function pickFile(file: string, { arch, snapshot }: ImageRequest, all: ListedDisk[]): Picked {
  const disk = all.find(({ name }) => name === file);
  if (disk === undefined)
    throw missing(
      'parameter',
      file,
      all.map(({ name }) => name),
    );
  const build = buildOf(disk.name, disk.digest);
  if (snapshot !== undefined && snapshot.toLowerCase() !== build) {
    throw missing('snapshot', snapshot, [build]);
  }
  return { disks: [disk], isForAnyArch: !archesOf(file).includes(arch) };
}

/** The newest disk of which every word that was asked for is said. */
function pickDisks(request: ImageRequest, listed: ListedDisk[]): Picked {
  const { release, arch, variant, snapshot } = request;
  const all = listed.filter(({ isDisk }) => isDisk);
  const ofRelease = all.filter(
    ({ name }) => release.toLowerCase() === 'latest' || holdsToken(name, release),
  );
  if (ofRelease.length === 0) throw missing('release', release, versionsIn(all));

  const said = ofRelease.filter(({ name }) => archesOf(name).includes(arch));
  const ofArch =
    said.length > 0 ? said : ofRelease.filter(({ name }) => archesOf(name).length === 0);
  if (ofArch.length === 0) {
    throw missing(
      'arch',
      arch,
      ofRelease.flatMap(({ name }) => archesOf(name)),
    );
  }
  const ofVariant = ofArch.filter(({ name }) => variant === undefined || holdsToken(name, variant));
  if (ofVariant.length === 0) throw missing('variant', variant ?? '', wordsIn(ofArch));

  const own = ofVariant.filter((disk) => !isAlias(disk, ofVariant));
  const wanted = snapshot?.toLowerCase();
  const meant = own.filter(
    ({ name, digest }) => wanted === undefined || buildOf(name, digest) === wanted,
  );
  if (meant.length === 0) {
    const known = own.map(({ name, digest }) => buildOf(name, digest));
    throw missing('snapshot', snapshot ?? '', known);
  }
  const [newest, ...others] = meant.sort((a, b) => compareVersions(b.name, a.name));
  const words = (name = ''): string => wordsOf(name).join(' ');
  if (others.some(({ name }) => words(name) !== words(newest?.name))) {
    const names = meant.map(({ name }) => name);
    const hint = `Name a variant or give the parameter file: ${names.slice(0, 8).join(', ')}.`;
    throw missing('variant', variant ?? 'default', wordsIn(meant), hint);
  }
  const disks = meant.filter(({ name }) => stemOf(name) === stemOf(newest?.name ?? ''));
  disks.sort((a, b) => compareKinds(a.name, b.name));
  return { disks, isForAnyArch: said.length === 0 };
}

/** `app-latest.qcow2` beside the dated name of the same bytes. */
function isAlias({ name, digest }: ListedDisk, all: ListedDisk[]): boolean {
  const isMoving = ['latest', 'current'].some((word) => holdsToken(name, word));
  return isMoving && all.some((other) => other.name !== name && other.digest === digest);
}

function describe(
  { name, fileName, url, sizeBytes }: ListedDisk,
  list: URL,
  signature: { signature?: Signature },
): Artifact {
  const proof: ChecksumsProof = { kind: 'checksums', url: list, name, dialect: 'sums' };
  return {
    url,
    fileName,
    ...(sizeBytes !== undefined && { sizeBytes }),
    layers: layersOf(fileName),
    proofs: [{ ...proof, ...signature }],
  };
}

/** Where the signature is; where there is none, the proof will say so. */
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
  throw invalidParameter(id, 'key', 'Give whole fingerprints: 40 hex digits, joined by commas.');
}

function versionsIn(disks: ListedDisk[]): string[] {
  const versions = disks.flatMap(({ name }) => versionOf(name) ?? []);
  return versions.sort((left, right) => compareVersions(right, left));
}
/** The words that some of these names have and others lack. */
function wordsIn(disks: ListedDisk[]): string[] {
  const words = new Set(disks.flatMap(({ name }) => wordsOf(name)));
  const isCommon = (word: string): boolean =>
    disks.length > 1 && disks.every(({ name }) => wordsOf(name).includes(word));
  return [...words].filter((word) => !isCommon(word));
}
function missing(
  field: string,
  value: string,
  known: readonly string[],
  hint?: string,
): NotFoundError {
  return notFound({ vendor: id, field, value, known, ...(hint !== undefined && { hint }) });
}
