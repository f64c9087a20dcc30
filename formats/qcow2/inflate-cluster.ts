import { inflateBlock } from '../shared/codecs/inflate-block.ts';
import { type CompressedCluster, corruptCluster, cutCluster } from './compressed-cluster.ts';

/** One cluster of raw deflate data, with distances up to 32 KiB for every writer. */
export async function inflateCluster(
  input: Uint8Array,
  cluster: CompressedCluster,
  clusterBytes: number,
): Promise<Uint8Array> {
  const output = await inflateBlock(input, 'raw', clusterBytes, (flaw, cause) => {
    if (flaw === 'cut') return cutCluster(cluster, cause);
    const what = flaw === 'too-long' ? 'holds more than a cluster' : 'is not valid deflate data';
    return corruptCluster(cluster, what, cause);
  });
  if (output.length === clusterBytes) return output;
  throw corruptCluster(cluster, 'holds less than a cluster');
}
