import { sourceUuid, uuidV5 } from '../../line/source-uuid.ts';

/** The method that derives the UUID of an image. */
export type UuidNamespace = 'rootdisk' | 'triton';

export const uuidNamespaces: readonly UuidNamespace[] = ['rootdisk', 'triton'];

/**
 * UUID v5 of `https://tritondatacenter.com/tritonadm/nocloud` in the URL namespace: TritonDataCenter/monitor-reef,
 * pipeline.rs.
 */
const tritonNamespace = 'bdf833c1-7263-58e2-891e-a8e846427562';

/**
 * The UUID of an image, from the sha256 of its published file in lower-case hex: the same file always gives the same
 * UUID.
 */
export function imageUuid(sha256Hex: string, namespace: UuidNamespace): string {
  return namespace === 'triton' ? uuidV5(tritonNamespace, sha256Hex) : sourceUuid(sha256Hex);
}
