/** Systems that configure a guest at first boot, each with a seed of its own. */
export const seedKinds = ['nocloud', 'ignition', 'combustion', 'talos'] as const;
export type SeedKind = (typeof seedKinds)[number];
/** What the facts of an image may say: `none`, where no agent reads a seed. */
export const guestSeeds: readonly (SeedKind | 'none')[] = [...seedKinds, 'none'];

/** What a seed is made of. Texts may be given as bytes too. */
export interface SeedOptions {
  /** Default: what `guest` reads, else `nocloud`. */
  kind?: SeedKind | undefined;
  /** Facts of the image that will read the seed, as in `EnsuredImage`; another kind than theirs is an error. */
  guest?: { seed?: SeedKind | 'none' | undefined } | undefined;
  /** Vendor of that image: Flatcar has a fw_cfg key of its own. */
  vendor?: string | undefined;
  /** NoCloud: `user-data`. Ignition: the configuration. Combustion: the script. Talos: the machine configuration. */
  userData?: string | Uint8Array | undefined;
  /** NoCloud and Talos: `meta-data`; an instance id made from the content is added where it has none. */
  metaData?: string | Uint8Array | undefined;
  /** NoCloud and Talos: `network-config`, version 1 or 2. */
  networkConfig?: string | Uint8Array | undefined;
  /** NoCloud: `vendor-data`. */
  vendorData?: string | Uint8Array | undefined;
  /** NoCloud, in place of `userData`: name of the machine. */
  hostname?: string | undefined;
  /** NoCloud, in place of `userData`: public keys of OpenSSH, a text of one or more lines each. */
  sshKeys?: readonly string[] | undefined;
  /** NoCloud, in place of `userData`: a new user with sudo who has these keys; default: the image's own user. */
  user?: string | undefined;
  /** A FAT file system instead of an ISO 9660 one, for guests that cannot read that. */
  vfat?: boolean | undefined;
}

/** A seed, ready to be given to a machine. */
export interface Seed {
  kind: SeedKind;
  /** `iso9660` and `vfat` are attached as a disk, `json` is passed by `fwCfg` or by an address. */
  format: 'iso9660' | 'vfat' | 'json';
  bytes: Uint8Array;
  /** Label of the file system. */
  label?: string;
  /** What the guest tells first boots apart by. */
  instanceId?: string;
  /** Name for `-fw_cfg name=…,file=…` of QEMU. */
  fwCfg?: string;
}

/** What all files of a seed may have together, in bytes. */
export const maxSeedBytes: number = 10 * 1024 * 1024;
