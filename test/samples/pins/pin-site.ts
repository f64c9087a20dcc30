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
 * Documents made of the pins of one vendor: no capture holds them all. They have upstream's shape and the pinned names and
 * digests, so they show that a name leads to its path and digest, not that upstream lists it.
 */
export interface PinSite {
  vendor: Vendor;
  origins: string[];
  documents: Record<string, string>;
  /** Documents that can speak of one build at a time. */
  documentsOf?(pin: Pin): Record<string, string>;
  /** What means this build; a text says why nothing does. */
  request(pin: Pin): Partial<ImageRequest> | string;
}

/** Every row of the table by vendor; the few rows without an architecture have it in the file's name. */
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

/** `https` alone: some hosts had plain addresses once. */
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

/** The digests that proofs of the first disk give for it; signatures are not looked at. */
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
