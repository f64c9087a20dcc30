import type { Arch } from '../../contracts/arch.ts';
import type { LockedImage } from '../lock-file.ts';

/** One architecture of one lock entry. */
export interface ExportPin {
  alias: string;
  request: string;
  arch: Arch;
  image: LockedImage;
}

/** The cached disk of a pin, made from a download with the locked digests. */
export interface CachedDisk {
  /** Absolute path. */
  path: string;
  /** Digest of the disk, hex, if known. */
  sha256?: string;
}

/**
 * The addresses from which a tool can get and verify a pin; or why it cannot, and whether it can use the cached disk
 * instead.
 */
export type Expressed = { addresses: readonly string[] } | { because: string; local: boolean };

/** A pin, with the location that the tool gets. */
export interface ExportedPin extends ExportPin {
  /** Addresses of the published file, in the order to try; empty if `disk` is used instead. */
  addresses: readonly string[];
  disk?: CachedDisk;
}

/** One tool, and its syntax for pins. */
export interface ExportTarget {
  /** Name of the tool in messages. */
  name: string;
  /** True if the tool's file contains one image only, for several architectures. */
  oneImage?: true;
  /** True if the tool verifies nothing, so that every pin is exported as its cached disk. */
  localOnly?: true;
  express(pin: ExportPin): Expressed;
  /** The text, with a line break at its end; the same pins give the same text. */
  format(pins: readonly ExportedPin[]): string;
}

/** The name of a pin in messages: `debian-13 (amd64)`. */
export function pinTitle({ alias, arch }: ExportPin): string {
  return `${alias} (${arch})`;
}
