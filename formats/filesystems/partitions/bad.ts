import { type ImageRefusal, refusalFor } from '../../shared/image-refusal.ts';

const refusals: Record<'gpt' | 'mbr', ImageRefusal> = {
  gpt: refusalFor('gpt'),
  mbr: refusalFor('mbr'),
};

/** A partition table that contradicts itself or the disk. */
export function badPartitions(scheme: 'gpt' | 'mbr', what: string): Error {
  return refusals[scheme](
    'corrupt-table',
    `In the partition table (${scheme.toUpperCase()}) ${what}`,
  );
}
