/** A fleet and its network, for a calculation. Rates are bytes per second. */
export interface PaperFleet {
  hosts: number;
  imageBytes: number;
  /** Rate of upstream for one connection. */
  upstreamRate: number;
  /** Total rate of the registry. */
  registryRate: number;
  /** Rates of a host to its peers, and from them. */
  peerSendRate: number;
  peerReceiveRate: number;
  /** Fraction of the best possible rate that a peer-to-peer layer reaches. */
  peerEfficiency: number;
  /** Answers to HEAD per second from all registries. */
  registryAnswers: number;
  /** Requests by one host for the tag until it exists. */
  looksPerHost: number;
  /** Hosts begin within this many seconds. */
  spreadSeconds: number;
}

export interface PaperResult {
  /** One leader from upstream, and its push. */
  firstCopySeconds: number;
  /** All hosts directly from the registry. */
  withoutPeersSeconds: number;
  /** All hosts with peers. */
  withPeersSeconds: number;
  /** Bytes that the registry sends with peers: one copy for each peer that begins before another has it. */
  registryBytesWithPeers: number;
  /** Requests per second, compared with the capacity of the registries. */
  looksPerSecond: number;
}

/** Peers that request the registry itself: the seed peers of Dragonfly. */
const seeds = 3;

/**
 * The minimum time to give N hosts a file that one server has is max(F/us, F/d, N·F/(us + N·u)) (R. Kumar and K. Ross,
 * "Peer-assisted file distribution: the minimum distribution time", 2006); a real layer needs this time divided by its
 * efficiency.
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

/** The assumptions of the figures for large fleets. */
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
