import { BlockList, isIPv4 } from 'node:net';

/** Environment variables, as `process.env` holds them. */
export type Environment = Record<string, string | undefined>;

/**
 * The proxy that Node's agents use for `url` under `env`, as `host:port` without credentials; `undefined` for a direct
 * connection. Node does not tell, and an error has to name it: these are the rules of its `proxyEnv` option.
 */
export function proxyFor(url: URL, env: Environment): string | undefined {
  const proxy = proxyVariable(url.protocol, env);
  if (!/^https?:\/\//.test(proxy ?? '') || !URL.canParse(proxy ?? '')) return undefined;
  const bypass = (env['no_proxy'] || env['NO_PROXY'] || '').split(',');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  if (bypass.some((entry) => bypasses(entry.trim().toLowerCase(), host, port))) return undefined;
  return new URL(proxy ?? '').host;
}

/** Names the variables that Node passes over in silence because they hold no http(s) address. */
export function unusableProxies(env: Environment): string[] {
  const names = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];
  return names.filter((name) => env[name] && !/^https?:\/\//.test(env[name]));
}

function proxyVariable(protocol: string, env: Environment): string | undefined {
  return protocol === 'https:'
    ? env['https_proxy'] || env['HTTPS_PROXY']
    : env['http_proxy'] || env['HTTP_PROXY'];
}

function bypasses(entry: string, host: string, port: string): boolean {
  if (entry === '*' || entry === host || entry === `${host}:${port}`) return true;
  if (entry.startsWith('.')) return host === entry.slice(1) || host.endsWith(entry);
  if (entry.startsWith('*.')) return host.endsWith(entry.slice(1));
  const [start = '', end = ''] = entry.split('-').map((part) => part.trim());
  if (!isIPv4(host) || !isIPv4(start) || !isIPv4(end)) return false;
  const range = new BlockList();
  try {
    range.addRange(start, end);
  } catch {
    return false;
  }
  return range.check(host);
}
