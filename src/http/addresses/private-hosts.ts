import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** IANA special-purpose IPv4 blocks that no public host uses (RFC 6890), multicast and reserved space. */
const v4Blocks: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/**
 * Unspecified and loopback are in `::/96` below; unique local, link-local, old site-local, multicast, local NAT64.
 */
const v6Blocks: readonly (readonly [string, number])[] = [
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  ['64:ff9b:1::', 48],
];

let blocks: BlockList | undefined;

/**
 * True for a host that is written as a private, loopback, link-local or otherwise non-public address, and for
 * `localhost`. Takes `URL.hostname`, which has already converted every notation of IPv4 to dotted decimal.
 */
export function isPrivateHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  blocks ??= collectBlocks();
  if (isIPv4(host)) return blocks.check(host, 'ipv4');
  return isIPv6(host) && blocks.check(host, 'ipv6');
}

function collectBlocks(): BlockList {
  const list = new BlockList();
  for (const [address, bits] of v4Blocks) {
    // A check of `::ffff:a.b.c.d` uses the IPv4 rules automatically; other embeddings need their own rules:
    // IPv4-compatible (RFC 4291 2.5.5.1), NAT64 (RFC 6052) and 6to4 (RFC 3056).
    list.addSubnet(address, bits, 'ipv4');
    list.addSubnet(`::${address}`, 96 + bits, 'ipv6');
    list.addSubnet(`64:ff9b::${address}`, 96 + bits, 'ipv6');
    list.addSubnet(`2002:${hexPair(address)}::`, 16 + bits, 'ipv6');
  }
  for (const [address, bits] of v6Blocks) list.addSubnet(address, bits, 'ipv6');
  return list;
}

function hexPair(address: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}
