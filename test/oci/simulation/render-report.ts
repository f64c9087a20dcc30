import { calculate, paperFleet } from './on-paper.ts';
import type { Outcome, World } from './scenario.ts';

/** The page with the figures. */
export function renderReport(outcomes: readonly Outcome[], world: World, machine: string): string {
  const { imageBytes, upstreamBytesPerSecond, processes, lifetimeMs } = world;
  const most = Math.max(...outcomes.map(({ scenario }) => scenario.hosts));
  return [
    '# A fleet that starts cold: figures',
    '',
    'Written by `npm run simulate`; do not edit by hand.',
    '',
    `Every host runs the real package with a separate cache: it resolves the reference, asks the registry, waits or downloads, verifies, decodes and publishes. The registry is Debian's docker-registry on loopback; the hosts share ${processes} processes. The image has ${mib(imageBytes)}, upstream gives ${kib(upstreamBytesPerSecond)}/s in all, so one download takes ${(imageBytes / upstreamBytesPerSecond).toFixed(0)} s. A leader that dies is noticed after ${lifetimeMs / 1000} s (90 s by default). ${machine}`,
    '',
    '![Upstream fetches and finishing time against the number of hosts](../pictures/fleet.svg)',
    '',
    '| scenario | hosts | begin within | upstream fetches | upstream bytes | half had the disk after | all after | how they ended |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |',
    ...[...outcomes.filter(isCalm), ...outcomes.filter((outcome) => !isCalm(outcome))].map(
      (outcome) => rowOf(outcome, world),
    ),
    '',
    `Without a registry, ${most} hosts are ${most} fetches and ${mib(imageBytes * most)} from upstream, which would take ${((imageBytes * most) / upstreamBytesPerSecond / 60).toFixed(0)} minutes.`,
    '',
    '"Killed" hosts were in one process that got SIGKILL two seconds after the first fetch began, with the leader among them. If the registry is down when a host asks for the first time, the host does not wait and downloads from upstream. If the leader cannot store its download, another host becomes the leader.',
    '',
    ...paper(),
    '',
  ].join('\n');
}

const isCalm = ({ scenario: { dying, outage } }: Outcome): boolean =>
  dying === 0 && outage === undefined;

function rowOf({ scenario, killed, ...outcome }: Outcome, { spreadMs }: World): string {
  const ends = Object.entries(outcome.ends).map(([end, count]) => `${count} ${sayEnd(end)}`);
  if (killed > 0) ends.push(`${killed} killed`);
  const cells = [
    scenario.title,
    scenario.hosts,
    `${(scenario.spreadMs ?? spreadMs) / 1000} s`,
    outcome.upstreamFetches,
    mib(outcome.upstreamBytes),
    `${outcome.medianSeconds.toFixed(1)} s`,
    `${outcome.seconds.toFixed(1)} s`,
    ends.join(', '),
  ];
  return `| ${cells.join(' | ')} |`;
}

function sayEnd(end: string): string {
  if (end === 'tier') return 'from the registry';
  return end === 'network' ? 'from upstream' : end;
}

function paper(): string[] {
  const { imageBytes, upstreamRate, registryRate, peerSendRate, peerReceiveRate } = paperFleet;
  const { peerEfficiency, registryAnswers, looksPerHost, spreadSeconds } = paperFleet;
  const rows = [1_000, 10_000, 100_000].map((hosts) => {
    const result = calculate({ ...paperFleet, hosts });
    const registries = Math.ceil(result.looksPerSecond / registryAnswers);
    const cells = [
      hosts.toLocaleString('en'),
      duration(result.withoutPeersSeconds),
      duration(result.withPeersSeconds),
      `${(result.registryBytesWithPeers / 1e9).toFixed(1)} GB`,
      `${Math.round(result.looksPerSecond).toLocaleString('en')} (${registries})`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '## Calculated: with a peer-to-peer layer',
    '',
    `These figures are calculated, not measured. The assumptions are: an image of ${imageBytes / 1e6} MB; upstream gives one connection ${upstreamRate / 1e6} MB/s; the registry sends ${bits(registryRate)}; a host sends and receives ${bits(peerSendRate)} and ${bits(peerReceiveRate)}; the peer-to-peer layer reaches ${peerEfficiency * 100} % of the shortest possible time to give a file to all peers, max(F/us, F/d, N·F/(us + N·u)) (Kumar and Ross, 2006); three seed peers ask the registry; a host looks ${looksPerHost} times for the tag, and all begin within ${spreadSeconds} s; one docker-registry answers ${registryAnswers.toLocaleString('en')} looks a second. The peers share blobs, never manifests, so the registry answers all looks.`,
    '',
    '| hosts | all have it, from the registry alone | all have it, with peers | the registry sends, with peers | looks a second (registries they need) |',
    '| ---: | ---: | ---: | ---: | ---: |',
    ...rows,
    '',
    'In both cases one host fetches from upstream. The figures leave out: verifying and decoding, which each host does itself; hosts that fail; a network between racks that is slower than the links of the hosts.',
  ];
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds.toFixed(0)} s`;
  const minutes = seconds / 60;
  return minutes < 120 ? `${minutes.toFixed(0)} min` : `${(minutes / 60).toFixed(1)} h`;
}

const mib = (bytes: number): string => `${Number((bytes / 1024 ** 2).toFixed(2))} MiB`;
const kib = (bytes: number): string => `${Number((bytes / 1024).toFixed(0))} KiB`;
const bits = (rate: number): string => `${(rate * 8) / 1e9} Gbit/s`;
