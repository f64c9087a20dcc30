import type { JobOutcome, Outcome } from './contender.ts';
import { median } from './statistics.ts';

/** How a peer's time relates to rootdisk's in the same job: 2 says that the peer took twice as long. */
export interface Ratio {
  job: string;
  peer: string;
  ratio: number;
  /** The peer does less than the job. */
  floor: boolean;
  /** Of the pairs that ran next to each other. */
  min: number;
  max: number;
}

/** Ratios of a job; none where either side has no figure. */
export function ratiosOf({ title, outcomes }: JobOutcome): Ratio[] {
  const [own, ...peers] = outcomes;
  if (own === undefined || own.failure !== undefined) return [];
  return peers.flatMap((peer) => ratioOf(title, own, peer) ?? []);
}

export function medianMs({ samples }: Outcome): number {
  return median(samples.map(({ ms }) => ms));
}

function ratioOf(job: string, own: Outcome, peer: Outcome): Ratio | undefined {
  if (peer.failure !== undefined) return undefined;
  const pairs = peer.samples.map(({ ms }, i) => ms / (own.samples[i]?.ms ?? Number.NaN));
  return {
    job,
    peer: peer.name,
    floor: peer.floor === true,
    ratio: medianMs(peer) / medianMs(own),
    min: Math.min(...pairs),
    max: Math.max(...pairs),
  };
}
