/** Bounds that travel with a job, upper ones but for the last. Bytes unless the name says otherwise. */
export interface Limits {
  /** One metadata document. */
  metadataBytes: number;
  /** One image file on the wire. */
  downloadBytes: number;
  /** The disk inside an image, and the output of any stream. */
  virtualBytes: number;
  /** Tables of a disk image that are held at once. */
  tableBytes: number;
  /** Output of a stream by its input, a number; counts above 1 GiB of output. Long runs of zeros reach thousands. */
  streamRatio: number;
  /** Data of a disk that is no zeros and no fill by the bytes of its image, a number; counts above 256 MiB of data. */
  dataRatio: number;
  /** Blocks of nothing but 0xFF, as erased flash has them, that count as no data under `dataRatio`. */
  fillBytes: number;
  /** Window or dictionary of a codec. */
  windowBytes: number;
  /** Records of an index, entries of a map, extents of a sparse member. */
  mapEntries: number;
  /** Members of an archive, frames of a stream. */
  members: number;
  /** Layers of one image, the disk included. */
  nesting: number;
  redirects: number;
  /** A transfer that brings fewer over a minute of waiting counts as stalled; a lower bound, a number of bytes. */
  leastBytesPerSecond: number;
}

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;
const TiB = 1024 * GiB;

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
