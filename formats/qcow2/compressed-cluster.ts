import type { DefectReason } from '../../src/kit.ts';
import { refuseQcow2 } from './file-offset.ts';

/** The place of a compressed cluster, and the error if its stream needs more bytes than exist. */
export interface CompressedCluster {
  host: number;
  whenCut: DefectReason;
}

/** The error for a cluster with an invalid stream; `what` continues "the compressed cluster …". */
export function corruptCluster(cluster: CompressedCluster, what: string, cause?: unknown): Error {
  const details = { offset: cluster.host, cause };
  return refuseQcow2('corrupt-data', `the compressed cluster at ${cluster.host} ${what}`, details);
}

/** The error for a cluster whose stream does not end in time. */
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
