import { sourceUuid, uuidV5 } from '../../line/source-uuid.ts';

/** Whose derivation gives an image its UUID. */
export type UuidNamespace = 'rootdisk' | 'triton';

export const uuidNamespaces: readonly UuidNamespace[] = ['rootdisk', 'triton'];

/** v5 of `https://tritondatacenter.com/tritonadm/nocloud` in the namespace of URLs: TritonDataCenter/monitor-reef, pipeline.rs. */
const tritonNamespace = 'bdf833c1-7263-58e2-891e-a8e846427562';

/** The UUID of an image by the sha256 of its published file, in lower-case hex: always the same for the same file. */
export function imageUuid(sha256Hex: string, namespace: UuidNamespace): string {
  return namespace === 'triton' ? uuidV5(tritonNamespace, sha256Hex) : sourceUuid(sha256Hex);
}
