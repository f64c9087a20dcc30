/** Where the root of a system lies. */
export interface DiskRoot {
  volume: string;
  /** Btrfs: the subvolume; absent for the default one. */
  subvolume?: string;
  /** From its os-release; absent for a root that is known by its partition type only. */
  system?: { id: string; version?: string; name?: string };
}
