import { promisify } from 'node:util';
import { inflateRaw, inflateRawSync } from 'node:zlib';
import { type CompressedCluster, corruptCluster, cutCluster } from './compressed-cluster.ts';

const inflatePooled = promisify(inflateRaw);

/** One cluster of raw deflate data, with distances up to 32 KiB whatever the writer's window was. */
export async function inflateCluster(
  input: Uint8Array,
  cluster: CompressedCluster,
  { clusterBytes, pooled }: { clusterBytes: number; pooled: boolean },
): Promise<Uint8Array> {
  // Room for more than a cluster, else zlib is called once more only to learn that the stream has ended.
  const options = { maxOutputLength: clusterBytes, chunkSize: clusterBytes + 64 };
  let output: Uint8Array;
  try {
    output = pooled ? await inflatePooled(input, options) : inflateRawSync(input, options);
  } catch (error) {
    switch (error instanceof Error ? Reflect.get(error, 'code') : undefined) {
      case 'Z_BUF_ERROR':
        throw cutCluster(cluster, error);
      case 'ERR_BUFFER_TOO_LARGE':
        throw corruptCluster(cluster, 'holds more than a cluster', error);
      case 'Z_DATA_ERROR':
      case 'Z_NEED_DICT':
        throw corruptCluster(cluster, 'is not valid deflate data', error);
      default:
        throw error;
    }
  }
  if (output.length === clusterBytes) return output;
  throw corruptCluster(cluster, 'holds less than a cluster');
}
