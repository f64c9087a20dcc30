import {
  type Arch,
  type Artifact,
  type BootFacts,
  hasRemedy,
  type Proof,
  type Signature,
  type VendorContext,
} from '../../src/kit.ts';
import { talosSigner } from '../keys/talos.ts';
import { isThere } from '../shared/is-there.ts';
import { unusable } from '../shared/unusable.ts';

/**
 * A file of the release itself, which is signed. The factory builds the same disk but gives digests only to paying
 * customers.
 */
export function describeAsset(version: string, fileName: string, layers: string[]): Artifact {
  const folder = new URL(`${version}/`, 'https://github.com/siderolabs/talos/releases/download/');
  const sums = new URL('sha256sum.txt', folder);
  const { identity, issuer } = talosSigner;
  const signature: Signature = {
    form: 'sigstore',
    at: new URL(`${sums}.bundle`),
    identity,
    issuer,
  };
  return {
    url: new URL(fileName, folder),
    fileName,
    layers,
    proofs: [{ kind: 'checksums', url: sums, dialect: 'sums', signature }],
  };
}

/** A disk that a factory builds on demand. */
export async function describeBuild(
  folder: URL,
  name: string,
  context: VendorContext,
): Promise<Artifact> {
  const { url, fileName, layer } = await pickFile(folder, name, context);
  return { url, fileName, layers: [layer, 'raw'], proofs: [await findProof(url, context)] };
}

/**
 * `.raw.zst`, the default of releases and faster to unpack, if the factory has it; otherwise `.raw.xz`, which every
 * version has.
 */
async function pickFile(
  folder: URL,
  name: string,
  context: VendorContext,
): Promise<{ url: URL; fileName: string; layer: 'zst' | 'xz' }> {
  const zst = new URL(`${name}.raw.zst`, folder);
  if (await isThere(zst, context)) {
    return { url: zst, fileName: `${name}.raw.zst`, layer: 'zst' };
  }
  return { url: new URL(`${name}.raw.xz`, folder), fileName: `${name}.raw.xz`, layer: 'xz' };
}

/**
 * The public factory gives digests only to paying customers and answers other callers with 402. Another factory may
 * give them to every caller, or have none. Every other status is a refusal. Asked with GET: the factory does not
 * redirect a HEAD as it redirects a GET.
 */
async function findProof(image: URL, context: VendorContext): Promise<Proof> {
  const url = new URL(`${image}.sha256`);
  let reason = `${image.host} has no digest of this image, so only TLS protects it`;
  try {
    const sums = await context.http.find(url, { signal: context.signal });
    if (sums !== undefined) return { kind: 'checksums', url };
  } catch (error) {
    if (!hasRemedy(error, 'transfer') || error.details.status !== 402) throw error;
    reason = `${image.host} gives the digest of this image only to paying customers, so only TLS protects it: ${error.message}`;
  }
  return { kind: 'tls', reason };
}

/**
 * Kernel, initramfs and command line of one version and schematic: from the release `asset` if the disk is from there.
 * The command line differs between versions, so it is copied exactly.
 */
export async function describeBoot(
  folder: URL,
  asset: string | undefined,
  platform: string,
  arch: Arch,
  context: VendorContext,
): Promise<BootFacts> {
  const url = new URL(`cmdline-${platform}-${arch}`, folder);
  const { text } = await context.http.get(url, { signal: context.signal });
  const cmdline = text.trim();
  if (!cmdline.includes('talos.platform=') || /[\r\n<]/.test(cmdline)) {
    throw unusable(url, 'it is not a command line of Talos');
  }
  const initrd = `initramfs-${arch}.xz`;
  if (asset !== undefined) {
    return {
      kernel: describeAsset(asset, `vmlinuz-${arch}`, []),
      initrd: describeAsset(asset, initrd, []),
      cmdline,
    };
  }
  return {
    kernel: await describeFile(new URL(`kernel-${arch}`, folder), context),
    initrd: await describeFile(new URL(initrd, folder), context),
    cmdline,
  };
}

async function describeFile(url: URL, context: VendorContext): Promise<Artifact> {
  const fileName = url.pathname.slice(url.pathname.lastIndexOf('/') + 1);
  return { url, fileName, layers: [], proofs: [await findProof(url, context)] };
}
