import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/** Environment variables, as `process.env` holds them. */
export type Environment = Record<string, string | undefined>;

/** What the environment says of the way to an address. */
export interface ProxyChoice {
  /** The proxy's own address, which may hold credentials; absent for a direct connection. */
  proxy?: string;
  /** A variable that speaks of this address and names a kind of proxy that cannot be used, such as SOCKS. */
  unusable?: string;
}

/**
 * The way to `url`, by the rules of curl: the variable of the scheme, in small letters first, then `ALL_PROXY`; a proxy
 * without a scheme is asked by http; `NO_PROXY` names hosts that are asked directly.
 */
export function chooseProxy(url: URL, env: Environment): ProxyChoice {
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const names = [`${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`, 'all_proxy', 'ALL_PROXY'];
  const name = names.find((one) => env[one]?.trim());
  if (name === undefined || isDirect(url, env['no_proxy'] || env['NO_PROXY'] || '')) return {};
  const value = env[name]?.trim() ?? '';
  const address = value.includes('://') ? value : `http://${value}`;
  return /^https?:\/\//i.test(address) ? { proxy: address } : { unusable: name };
}

/** A proxy as `host:port`, without credentials. */
export function shownProxy(proxy: string | undefined): string | undefined {
  return proxy === undefined ? undefined : URL.parse(proxy)?.host;
}

/** True where the list names the host of `url`: commas and blanks part its entries. */
function isDirect(url: URL, list: string): boolean {
  const host = bareName(url.hostname);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && covers(entry, host, port));
}

/**
 * `*`; a host with those below it, with or without a dot or `*.` before it; an address, a block of them (CIDR) or a range;
 * each host with its port, where it has one.
 */
function covers(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const [, name = entry, only] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  if (only !== undefined && only !== port) return false;
  const wanted = bareName(name);
  if (isIP(host) !== 0) return wanted === host || isWithin(wanted, host);
  const domain = wanted.replace(/^\*?\./, '');
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

function isWithin(block: string, host: string): boolean {
  const family = isIPv6(host) ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  const [, net = '', bits = ''] = /^([0-9a-f.:]+)\/(\d{1,3})$/.exec(block) ?? [];
  const [, start = '', end = ''] = /^([0-9.]+)-([0-9.]+)$/.exec(block) ?? [];
  try {
    if (isIP(net) === (family === 'ipv6' ? 6 : 4)) list.addSubnet(net, Number(bits), family);
    else if (isIPv4(start) && isIPv4(end) && isIPv4(host)) list.addRange(start, end);
  } catch {
    // Too many bits, or a range that ends before it begins: no address lies within.
    return false;
  }
  return list.check(host, family);
}

/** Without the brackets of IPv6 and the dot at the end, which change nothing. */
function bareName(host: string): string {
  return host.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}
