import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

/** Environment variables, as `process.env` holds them. */
export type Environment = Record<string, string | undefined>;

/** What the environment says about the connection to an address. */
export interface ProxyChoice {
  /** The address of the proxy, which may contain credentials; absent for a direct connection. */
  proxy?: string;
  /** A variable for this address with an unsupported kind of proxy, such as SOCKS. */
  unusable?: string;
}

/**
 * The connection to `url`, by the rules of curl: the variable of the scheme, in lower case first, then `ALL_PROXY`. A
 * proxy without a scheme is http; `NO_PROXY` names hosts that are connected directly.
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

/** True if the list names the host of `url`; its entries are separated by commas and blanks. */
function isDirect(url: URL, list: string): boolean {
  const host = bareName(url.hostname);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && covers(entry, host, port));
}

/**
 * An entry is `*`; a host, which includes its subdomains, with or without a dot or `*.` before it; an address, a
 * block (CIDR) or a range; each host may have a port.
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
    // Too many bits, or a range that ends before it begins: no address matches.
    return false;
  }
  return list.check(host, family);
}

/** Without the brackets of IPv6 and a final dot, which have no effect. */
function bareName(host: string): string {
  return host.replace(/^\[|\]$/g, '').replace(/\.$/, '');
}
