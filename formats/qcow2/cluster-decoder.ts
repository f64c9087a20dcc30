import { minPooledBytes } from '../shared/codecs/inflate-block.ts';
import type { CompressedCluster } from './compressed-cluster.ts';
import type { Qcow2Header } from './header.ts';
import { inflateCluster } from './inflate-cluster.ts';
import { decodeZstdCluster } from './zstd-cluster.ts';

/** Returns exactly one cluster, or rejects with a `DecodeError`. Bytes after the stream are ignored. */
export type ClusterDecoder = (input: Uint8Array, cluster: CompressedCluster) => Promise<Uint8Array>;

/** The decoder for an image's compressed clusters; `windowBytes` limits the window of a zstd frame. */
export function createClusterDecoder(header: Qcow2Header, windowBytes: number): ClusterDecoder {
  const { clusterBytes, compression } = header;
  if (compression === 'zlib') {
    return (input, cluster) => inflateCluster(input, cluster, clusterBytes);
  }
  const pooled = clusterBytes >= minPooledBytes;
  return (input, cluster) =>
    decodeZstdCluster(input, cluster, { clusterBytes, pooled, windowBytes });
}
