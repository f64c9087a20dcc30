import type { Arch } from '../../contracts/arch.ts';
import type { LockedImage } from '../lock-file.ts';

/** One architecture of one lock entry. */
export interface ExportPin {
  alias: string;
  request: string;
  arch: Arch;
  image: LockedImage;
}

/** The disk of a pin as the cache holds it: made from a download that had the locked digests. */
export interface CachedDisk {
  /** Absolute. */
  path: string;
  /** Of the disk, hex, where it is known. */
  sha256?: string;
}

/** Where a tool can get a pin and verify it; or why it cannot, and whether the cached disk does instead. */
export type Expressed = { addresses: readonly string[] } | { because: string; local: boolean };

/** A pin with the place that the tool is told. */
export interface ExportedPin extends ExportPin {
  /** Of the published file, the first to be tried first; empty where `disk` stands for them. */
  addresses: readonly string[];
  disk?: CachedDisk;
}

/** One tool, and its words for pins. */
export interface ExportTarget {
  /** For messages. */
  name: string;
  /** What the tool reads holds one image only, on several architectures. */
  oneImage?: true;
  /** The tool verifies nothing, so that every pin is given as the cached disk. */
  localOnly?: true;
  express(pin: ExportPin): Expressed;
  /** The text, with a line break at its end; the same pins give the same text. */
  format(pins: readonly ExportedPin[]): string;
}

/** A pin in a message: `debian-13 (amd64)`. */
export function pinTitle({ alias, arch }: ExportPin): string {
  return `${alias} (${arch})`;
}
