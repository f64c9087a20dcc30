import type { Artifact, Proof, VendorContext, Warning } from '../../src/kit.ts';
import { ubuntuImageKeys, ubuntuStreamKeys } from '../keys/ubuntu.ts';
import { openpgp } from '../shared/openpgp.ts';
import { listSerials, pickItem, type Stream, type StreamProduct } from '../shared/simplestreams.ts';
import { findSums } from '../shared/sums-file.ts';

/** One kind of image of every release. */
export interface UbuntuFlavour {
  /** The tree whose index lists it, and the content id of its products file. */
  base: URL;
  contentId: string;
  /** The folders of code names: builds that left the index are searched in each. */
  trees: URL[];
  isDaily: boolean;
  /** Its word in product keys and file names. */
  word: string;
  fileType: string;
  /** The text after the architecture in file names; old releases have `-disk1.img`. */
  endings: string[];
}

/** One build, whose files do not change; the disk is a qcow2 although its name ends in `.img`. */
export interface UbuntuBuild {
  snapshot: string;
  disk: Artifact[];
  warnings?: Warning[];
}

/** The newest build that has the flavour, with a warning if newer builds lack it; `undefined` if no build has it. */
export function pickNewestBuild(
  stream: Stream,
  product: StreamProduct,
  flavour: UbuntuFlavour,
): UbuntuBuild | undefined {
  const [newest, ...older] = listSerials(product);
  if (newest === undefined) return undefined;
  const current = pickListedBuild(stream, product, newest, flavour);
  if (current !== undefined) return current;
  for (const serial of older) {
    const build = pickListedBuild(stream, product, serial, flavour);
    if (build === undefined) continue;
    const message = `Ubuntu ${product.version} ${newest} has no ${flavour.fileType}; ${serial} was the last one with it`;
    return { ...build, warnings: [{ code: 'outdated-build', message }] };
  }
  return undefined;
}

/** The build with that serial; `undefined` if the stream does not list it with this flavour. */
export function pickListedBuild(
  stream: Stream,
  product: StreamProduct,
  serial: string,
  flavour: UbuntuFlavour,
): UbuntuBuild | undefined {
  const item = pickItem(stream, product, serial, flavour.fileType);
  if (item === undefined) return undefined;
  const { digest, path, ...file } = item;
  const proofs: Proof[] = [sumsProof(new URL('SHA256SUMS', file.url))];
  if (digest !== undefined) {
    proofs.push({ kind: 'digest', digest, from: stream.url.href }, streamProof(stream, path));
  }
  return { snapshot: serial, disk: [{ ...file, layers: ['qcow2'], proofs }] };
}

/** A serial leaves the stream before its folder is removed: searches the folder; `undefined` if that has gone too. */
export async function findUnlistedBuild(
  product: StreamProduct,
  serial: string,
  flavour: UbuntuFlavour,
  context: VendorContext,
): Promise<UbuntuBuild | undefined> {
  if (!/^\d{8}(\.\d+)?$/.test(serial)) return undefined;
  const folder = flavour.isDaily ? serial : `release-${serial}`;
  const name = flavour.isDaily ? product.release : `ubuntu-${product.version}`;
  const stem = `${name}-${flavour.word}-cloudimg-${product.arch}`;
  for (const tree of flavour.trees) {
    const url = new URL(`./${product.release}/${folder}/SHA256SUMS`, tree);
    const published = await findSums(url, context);
    const fileName = flavour.endings
      .map((ending) => stem + ending)
      .find((one) => published?.some((sum) => sum.name === one));
    if (fileName === undefined) continue;
    const proofs = [sumsProof(url)];
    return {
      snapshot: serial,
      disk: [{ url: new URL(fileName, url), fileName, layers: ['qcow2'], proofs }],
    };
  }
  return undefined;
}

/** The list beside the disk, signed with the key for images. */
function sumsProof(url: URL): Proof {
  const signature = openpgp(new URL(`${url}.gpg`), ubuntuImageKeys);
  return { kind: 'checksums', url, dialect: 'sums', signature };
}

/** The stream itself, signed with its own key: only the stream proves that the build is the newest. */
function streamProof({ signed }: Stream, name: string): Proof {
  const signature = openpgp('inline', ubuntuStreamKeys);
  return { kind: 'checksums', url: signed, name, dialect: 'simplestreams', signature };
}
