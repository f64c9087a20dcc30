import type { DefectReason } from '../../src/kit.ts';
import { refuseQcow2 } from './file-offset.ts';

/** Where a compressed cluster lies, and what is wrong when its stream needs more bytes than there are. */
export interface CompressedCluster {
  host: number;
  whenCut: DefectReason;
}

/** The refusal of a cluster whose stream is invalid; `what` continues "the compressed cluster …". */
export function corruptCluster(cluster: CompressedCluster, what: string, cause?: unknown): Error {
  const details = { offset: cluster.host, cause };
  return refuseQcow2('corrupt-data', `the compressed cluster at ${cluster.host} ${what}`, details);
}

/** The refusal of a cluster whose stream does not end in time. */
export function cutCluster(cluster: CompressedCluster, cause?: unknown): Error {
  const details = { offset: cluster.host, cause };
  const { whenCut } = cluster;
  const where =
    whenCut === 'truncated'
      ? 'past the end of the file'
      : whenCut === 'corrupt-table'
        ? 'into a table'
        : 'past its last sector';
  return refuseQcow2(whenCut, `the compressed cluster at ${cluster.host} runs ${where}`, details);
}
