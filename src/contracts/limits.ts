/** Bounds for one call: upper bounds, except for the last one. In bytes unless the name says otherwise. */
export interface Limits {
  /** Length of one metadata document. */
  metadataBytes: number;
  /** Length of one image file as downloaded. */
  downloadBytes: number;
  /** Size of the disk inside an image, and output of any stream. */
  virtualBytes: number;
  /** Tables of a disk image that are held in memory at once. */
  tableBytes: number;
  /** Ratio of output to input of a stream; checked above 1 GiB of output. Long runs of zeros reach thousands. */
  streamRatio: number;
  /** Ratio of disk data, without zeros and fill, to the length of its image; checked above 256 MiB of data. */
  dataRatio: number;
  /** Bytes in blocks of 0xFF only, as in erased flash, that `dataRatio` does not count as data. */
  fillBytes: number;
  /** Window or dictionary of a codec. */
  windowBytes: number;
  /** Number of records of an index, entries of a map, or extents of a sparse member. */
  mapEntries: number;
  /** Number of members of an archive or frames of a stream. */
  members: number;
  /** Number of layers of one image, the disk included. */
  nesting: number;
  redirects: number;
  /** A lower bound: a transfer that receives fewer bytes per second over a minute of waiting counts as stalled. */
  leastBytesPerSecond: number;
}

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;
const TiB = 1024 * GiB;

/** The limits of a call that sets none. */
export const defaultLimits: Readonly<Limits> = Object.freeze({
  metadataBytes: 64 * MiB,
  downloadBytes: 64 * GiB,
  virtualBytes: 2 * TiB,
  tableBytes: 64 * MiB,
  streamRatio: 10_000,
  dataRatio: 100,
  fillBytes: 4 * GiB,
  windowBytes: 128 * MiB,
  mapEntries: 16 * 1024 * 1024,
  members: 1_000_000,
  nesting: 3,
  redirects: 5,
  leastBytesPerSecond: KiB,
});
