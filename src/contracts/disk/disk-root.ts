/** Location of the root file system of an operating system. */
export interface DiskRoot {
  volume: string;
  /** Path of the Btrfs subvolume; absent for the default one. */
  subvolume?: string;
  /** From its os-release; absent for a root that is recognised only by its partition type. */
  system?: { id: string; version?: string; name?: string };
}
