/** A fleet and its network, for a calculation. Rates are bytes a second. */
export interface PaperFleet {
  hosts: number;
  imageBytes: number;
  /** What upstream gives one connection. */
  upstreamRate: number;
  /** What the registry sends in all. */
  registryRate: number;
  /** What a host sends to its peers, and what it receives. */
  peerSendRate: number;
  peerReceiveRate: number;
  /** Part of the best possible rate that a peer-to-peer layer reaches. */
  peerEfficiency: number;
  /** Answers to HEAD a second that the registries give together. */
  registryAnswers: number;
  /** Looks at the tag that one host makes until it is there. */
  looksPerHost: number;
  /** Hosts begin within so many seconds. */
  spreadSeconds: number;
}

export interface PaperResult {
  /** One leader from upstream, and its push. */
  firstCopySeconds: number;
  /** All hosts straight from the registry. */
  withoutPeersSeconds: number;
  /** All hosts with peers. */
  withPeersSeconds: number;
  /** What the registry sends with peers: one copy for each of them that begins before another has it. */
  registryBytesWithPeers: number;
  /** Looks a second, against what the registries answer. */
  looksPerSecond: number;
}

/** Peers that ask the registry itself: the seed peers of Dragonfly. */
const seeds = 3;

/**
 * The least time to give N hosts a file that one server has is max(F/us, F/d, N·F/(us + N·u)) (R. Kumar and K. Ross, "Peer-assisted
 * file distribution: the minimum distribution time", 2006); a real layer takes that divided by its efficiency.
 */
export function calculate(fleet: PaperFleet): PaperResult {
  const { hosts, imageBytes, registryRate, peerReceiveRate, peerSendRate } = fleet;
  const firstCopySeconds = imageBytes / fleet.upstreamRate + imageBytes / peerSendRate;
  const least = Math.max(
    imageBytes / registryRate,
    imageBytes / peerReceiveRate,
    (hosts * imageBytes) / (registryRate + hosts * peerSendRate),
  );
  const ofRegistry = Math.max((hosts * imageBytes) / registryRate, imageBytes / peerReceiveRate);
  return {
    firstCopySeconds,
    withoutPeersSeconds: firstCopySeconds + ofRegistry,
    withPeersSeconds: firstCopySeconds + least / fleet.peerEfficiency,
    registryBytesWithPeers: seeds * imageBytes,
    looksPerSecond: (hosts * fleet.looksPerHost) / (fleet.spreadSeconds + firstCopySeconds),
  };
}

const gigabit = 125_000_000;

/** What the figures for large fleets assume. */
export const paperFleet: Omit<PaperFleet, 'hosts'> = {
  imageBytes: 600_000_000,
  upstreamRate: 50_000_000,
  registryRate: 10 * gigabit,
  peerSendRate: gigabit,
  peerReceiveRate: gigabit,
  peerEfficiency: 0.5,
  registryAnswers: 2_700,
  looksPerHost: 10,
  spreadSeconds: 60,
};
