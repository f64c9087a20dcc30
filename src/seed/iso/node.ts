/** A file or a folder with its position on the disc. */
export interface PlacedNode {
  /** The name as the guest sees it; empty for the root. */
  name: string;
  /** The name as ISO 9660 allows it. */
  primary: string;
  parent: PlacedNode | undefined;
  /** Absent for a folder. */
  bytes: Uint8Array | undefined;
  children: PlacedNode[];
  /** First sector of a file, or of a folder's records in each name space. */
  sector: number;
  jolietSector: number;
}
