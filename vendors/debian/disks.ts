import type { Artifact, VendorContext } from '../../src/kit.ts';
import { unusable } from '../shared/unusable.ts';
import { type DebianBuild, debianSerial } from './builds.ts';
import { pickUpload } from './manifest.ts';
import { type DebianTree, debianImages } from './tree.ts';

/** A disk and the serial of its folder. */
export interface FoundDisk {
  snapshot: string;
  disk: Artifact;
}

/** File name of a disk without serial and ending; `arch` is Debian's word. */
export function diskStem(tree: DebianTree, image: string, arch: string): string {
  return `${tree.stem}-${image}-${arch}${tree.isDaily ? '-daily' : ''}`;
}

/**
 * Serial, address and digest of the newest disk in one request; `undefined` if the document does
 * not exist, as on mirrors that skip the hidden folder after `latest`.
 */
export async function findLatestDisk(
  { folder }: DebianTree,
  stem: string,
  context: VendorContext,
): Promise<FoundDisk | undefined> {
  const from = new URL(`latest/${encodeURIComponent(stem)}.json`, folder);
  const document = await context.http.find(from, { signal: context.signal });
  if (document === undefined) return undefined;
  const upload = pickUpload(document.json(), 'qcow2', from.href);
  if (upload === undefined) return undefined;

  const url = new URL(`./${upload.ref.replace(/^\/+/, '')}`, debianImages);
  const [fileName = '', snapshot = ''] = url.pathname.split('/').reverse();
  const dated = new URL(`${snapshot}/${fileName}`, folder);
  if (url.href !== dated.href || !debianSerial.test(snapshot) || !isDisk(fileName, stem)) {
    throw unusable(from, `${JSON.stringify(upload.ref)} is not a dated disk of ${stem}`);
  }
  const { digest } = upload;
  return {
    snapshot,
    disk: {
      url,
      fileName,
      layers: ['qcow2'],
      proofs: [{ kind: 'digest', digest, from: from.href }],
    },
  };
}

/** The disk of a dated folder; `undefined` if the folder lists none with that stem. */
export function pickDebianDisk(build: DebianBuild, stem: string): FoundDisk | undefined {
  const names = build.disks.map(({ fileName }) => fileName).filter((name) => isDisk(name, stem));
  // `bullseye/20230802-1460` holds files of the serial 20230717-1444: file names may differ from
  // their folder.
  const fileName = names.find((name) => name === `${stem}-${build.serial}.qcow2`) ?? names[0];
  if (fileName === undefined) return undefined;
  return {
    snapshot: build.serial,
    disk: {
      url: new URL(fileName, build.sums),
      fileName,
      layers: ['qcow2'],
      proofs: [{ kind: 'checksums', url: build.sums, dialect: 'sums' }],
    },
  };
}

/**
 * Compares whole words: `generic` must not match `genericcloud`, and a release must not match a
 * daily build.
 */
function isDisk(fileName: string, stem: string): boolean {
  if (!fileName.startsWith(`${stem}-`) || !fileName.endsWith('.qcow2')) return false;
  return debianSerial.test(fileName.slice(stem.length + 1, -'.qcow2'.length));
}
