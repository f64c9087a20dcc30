import {
  type Arch,
  type Artifact,
  type BootFacts,
  defined,
  type Proof,
  parseChecksums,
  type VendorContext,
} from '../../src/kit.ts';
import { ubuntuImageKeys } from '../keys/ubuntu.ts';
import { openpgp } from '../shared/openpgp.ts';

/** The serial consoles of virtual machines. */
const consoles: Partial<Record<Arch, string>> = {
  amd64: 'ttyS0',
  arm64: 'ttyAMA0',
  riscv64: 'ttyS0',
};

/**
 * The kernel and initrd that Ubuntu unpacks from an image, in `unpacked/` beside it; `undefined` if there are none. A
 * release may lack the initrd.
 */
export async function findUbuntuBoot(
  disk: Artifact,
  arch: Arch,
  root: string,
  context: VendorContext,
): Promise<BootFacts | undefined> {
  const sums = new URL('unpacked/SHA256SUMS', disk.url);
  const list = await context.http.find(sums, { signal: context.signal });
  if (list === undefined) return undefined;
  const { entries } = parseChecksums(list.text, { dialect: 'sums', from: sums.href });
  const names = new Set(entries.map(({ name }) => name));
  // Ubuntu signs every list of digests, so a signature is required even if it was not found.
  const signature = openpgp(new URL(`${sums}.gpg`), ubuntuImageKeys);
  const proof: Proof = { kind: 'checksums', url: sums, dialect: 'sums', signature };
  const find = (ending: string): Artifact | undefined => {
    const fileName = `${disk.fileName.replace(/\.img$/, '')}-${ending}`;
    if (!names.has(fileName)) return undefined;
    return { url: new URL(fileName, sums), fileName, layers: [], proofs: [proof] };
  };
  const kernel = find('vmlinuz-generic');
  if (kernel === undefined) return undefined;
  const initrd = find('initrd-generic');
  const serial = consoles[arch];
  const console = `console=tty1${serial === undefined ? '' : ` console=${serial}`}`;
  return { kernel, ...defined({ initrd }), cmdline: `root=${root} ro ${console}` };
}
