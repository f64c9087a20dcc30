/** A file or a folder at its place on the disc. */
export interface PlacedNode {
  /** As the guest sees it; empty for the root. */
  name: string;
  /** As ISO 9660 allows it. */
  primary: string;
  parent: PlacedNode | undefined;
  /** Absent for a folder. */
  bytes: Uint8Array | undefined;
  children: PlacedNode[];
  /** First sector of a file, or of a folder's records in each name space. */
  sector: number;
  jolietSector: number;
}
