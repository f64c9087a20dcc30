/** Systems that configure a guest at first boot, each with its own kind of seed. */
export const seedKinds = ['nocloud', 'ignition', 'combustion', 'talos'] as const;
/** Id of a kind of seed. */
export type SeedKind = (typeof seedKinds)[number];
/** Possible values in the facts of an image; `none`: no agent reads a seed. */
export const guestSeeds: readonly (SeedKind | 'none')[] = [...seedKinds, 'none'];

/** The content of a seed. Texts may also be given as bytes. */
export interface SeedOptions {
  /** Default: the kind that `guest` reads, else `nocloud`. */
  kind?: SeedKind | undefined;
  /** Facts of the image that will read the seed, as in `EnsuredImage`; a different `kind` is an error. */
  guest?: { seed?: SeedKind | 'none' | undefined } | undefined;
  /** Vendor of that image: Flatcar has a separate fw_cfg key. */
  vendor?: string | undefined;
  /** NoCloud: `user-data`. Ignition: the configuration. Combustion: the script. Talos: the machine configuration. */
  userData?: string | Uint8Array | undefined;
  /** NoCloud and Talos: `meta-data`; an instance id made from the content is added if it has none. */
  metaData?: string | Uint8Array | undefined;
  /** NoCloud and Talos: `network-config`, version 1 or 2. */
  networkConfig?: string | Uint8Array | undefined;
  /** NoCloud: `vendor-data`. */
  vendorData?: string | Uint8Array | undefined;
  /** NoCloud, instead of `userData`: name of the machine. */
  hostname?: string | undefined;
  /** NoCloud, instead of `userData`: public keys of OpenSSH, each text with one or more lines. */
  sshKeys?: readonly string[] | undefined;
  /** NoCloud, instead of `userData`: a new user with sudo rights and these keys; default: the image's own user. */
  user?: string | undefined;
  /** A FAT file system instead of ISO 9660, for guests that cannot read that. */
  vfat?: boolean | undefined;
}

/** A finished seed for a machine. */
export interface Seed {
  kind: SeedKind;
  /** `iso9660` and `vfat` are attached as a disk; `json` is passed by `fwCfg` or by an address. */
  format: 'iso9660' | 'vfat' | 'json';
  bytes: Uint8Array;
  /** Label of the file system. */
  label?: string;
  /** The guest runs its first boot again when this id changes. */
  instanceId?: string;
  /** Name for QEMU's `-fw_cfg name=…,file=…`. */
  fwCfg?: string;
}

/** Greatest total length of all files of a seed, in bytes. */
export const maxSeedBytes: number = 10 * 1024 * 1024;
