import type { CompressedCluster } from './compressed-cluster.ts';
import type { Qcow2Header } from './header.ts';
import { inflateCluster } from './inflate-cluster.ts';
import { decodeZstdCluster } from './zstd-cluster.ts';

/** Gives exactly one cluster, or rejects with a `DecodeError`. Bytes behind the stream are ignored. */
export type ClusterDecoder = (input: Uint8Array, cluster: CompressedCluster) => Promise<Uint8Array>;

// Below this a trip to the thread pool costs more than the work itself (measured: 16 KiB cost a fifth more CPU there).
const minPooledBytes = 32 * 1024;

/** The decoder for an image's compressed clusters; `windowBytes` bounds the window of a zstd frame. */
export function createClusterDecoder(header: Qcow2Header, windowBytes: number): ClusterDecoder {
  const { clusterBytes, compression } = header;
  const pooled = clusterBytes >= minPooledBytes;
  if (compression === 'zlib') {
    return (input, cluster) => inflateCluster(input, cluster, { clusterBytes, pooled });
  }
  return (input, cluster) =>
    decodeZstdCluster(input, cluster, { clusterBytes, pooled, windowBytes });
}
