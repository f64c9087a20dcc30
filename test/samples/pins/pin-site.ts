import {
  type Arch,
  type Digest,
  type ImageRequest,
  parseArch,
  parseChecksums,
  pickChecksum,
  type Resolution,
  type Vendor,
  type VendorContext,
} from '../../../src/kit.ts';
import { type Pin, readSample } from '../read-samples.ts';

/**
 * Documents made from the pins of one vendor, because no capture has them all. They have upstream's form and the pinned
 * names and digests, so they prove that a name leads to its path and digest, but not that upstream lists it.
 */
export interface PinSite {
  vendor: Vendor;
  origins: string[];
  documents: Record<string, string>;
  /** Documents that can describe one build at a time. */
  documentsOf?(pin: Pin): Record<string, string>;
  /** The reference of this build, or a text with the reason why there is none. */
  request(pin: Pin): Partial<ImageRequest> | string;
}

/** Every row of the table by vendor; a few rows have the architecture only in the file's name. */
export function readAllPins(): Map<string, Pin[]> {
  const pins = new Map<string, Pin[]>();
  const [, ...rows] = readSample('upstream/pins.lima.tsv').split('\n').filter(Boolean);
  for (const row of rows) {
    const [vendor = '', word = '', address = '', digest = ''] = row.split('\t');
    const url = new URL(address);
    const fileName = url.pathname.split('/').at(-1) ?? '';
    const arch: Arch = parseArch(word || (/-(\w+)\.img$/.exec(fileName)?.[1] ?? ''));
    const known = pins.get(vendor) ?? [];
    pins.set(vendor, [...known, { url, fileName, arch, digest }]);
  }
  return pins;
}

/** Only `https`: some hosts had plain addresses once. */
export function secure(url: URL): string {
  return url.href.replace(/^http:/, 'https:');
}

/** Pins by the folder that holds them, which ends in a slash. */
export function groupByFolder(
  pins: Pin[],
  address: (url: URL) => string = secure,
): [folder: string, pins: Pin[]][] {
  const folders = new Map<string, Pin[]>();
  for (const pin of pins) {
    const folder = new URL('.', address(pin.url)).href;
    folders.set(folder, [...(folders.get(folder) ?? []), pin]);
  }
  return [...folders];
}

export function hexOf({ digest }: Pin): string {
  return digest.slice(digest.indexOf(':') + 1);
}

/** `<hex>  <name>` for each. */
export function gnuSums(pins: Pin[]): string {
  return pins.map((pin) => `${hexOf(pin)}  ${pin.fileName}\n`).join('');
}

/** `SHA256 (<name>) = <hex>` for each. */
export function bsdSums(pins: Pin[]): string {
  return pins.map((pin) => `SHA256 (${pin.fileName}) = ${hexOf(pin)}\n`).join('');
}

/** The digests in the proofs of the first disk; signatures are not checked. */
export async function digestsOf({ disk }: Resolution, context: VendorContext): Promise<Digest[]> {
  const found: Digest[] = [];
  const [file] = disk;
  for (const proof of file?.proofs ?? []) {
    if (proof.kind === 'digest') found.push(proof.digest);
    if (proof.kind !== 'checksums' || proof.dialect === 'simplestreams') continue;
    const list = await context.http.find(proof.url, { signal: context.signal });
    if (list === undefined) continue;
    const name = proof.name ?? file?.fileName ?? '';
    found.push(...pickChecksum(parseChecksums(list.text), name, proof.url.href).digests);
  }
  return found;
}
