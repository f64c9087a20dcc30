/** One option of the command line. */
export interface OptionSpec {
  /** What stands for the value in the help; absent for a switch. */
  value?: string;
  /** May be given more than once. */
  repeats?: true;
  short?: string;
  help: string;
}

/** Options that every command takes. */
export const commonOptions: readonly OptionName[] = [
  'arch',
  'variant',
  'param',
  'mirror',
  'trust',
  'plugin',
  'cache-dir',
  'ca',
  'max-size',
  'json',
  'quiet',
  'verbose',
  'help',
  'version',
];

export type OptionName =
  | 'arch'
  | 'ca'
  | 'cache-dir'
  | 'connections'
  | 'decode'
  | 'digest'
  | 'entry'
  | 'format'
  | 'from'
  | 'help'
  | 'json'
  | 'keep-source'
  | 'max-size'
  | 'mirror'
  | 'offline'
  | 'param'
  | 'plugin'
  | 'quiet'
  | 'refresh'
  | 'trust'
  | 'variant'
  | 'verbose'
  | 'verify'
  | 'version';

/** Every option there is. */
export const options: Readonly<Record<OptionName, OptionSpec>> = {
  arch: { value: 'ARCH', help: 'amd64, arm64, x86_64, …; default: this machine' },
  variant: { value: 'NAME', help: "the vendor's variant: minimal, genericcloud, …" },
  param: { value: 'K=V', repeats: true, help: "a parameter of the vendor's own; repeats" },
  mirror: { value: 'FROM=TO', repeats: true, help: 'read addresses below FROM from TO; repeats' },
  trust: { value: 'LEVEL', help: 'auto, or at least none, tls, checksum, pinned, signed' },
  plugin: { value: 'MODULE', repeats: true, help: 'add vendors, formats or verifiers; repeats' },
  'cache-dir': { value: 'DIR', help: 'folder of the cache; also $ROOTDISK_CACHE_DIR' },
  ca: { value: 'FILE', repeats: true, help: 'trust these PEM certificates too; repeats' },
  'max-size': { value: 'SIZE', help: 'largest disk or stream accepted; default 2TiB' },
  json: { help: 'print one JSON object, also on failure' },
  quiet: { help: 'print nothing but results and errors' },
  verbose: { help: 'tell what is done, and the causes of errors' },
  help: { short: 'h', help: 'show this help' },
  version: { help: 'show the version' },
  connections: { value: 'N', help: 'fetch over 1 (default) to 16 connections at once' },
  decode: { value: 'WHEN', help: 'streaming (default), or after-verify: wait for the verdict' },
  digest: { value: 'DIGEST', help: 'the sha256 or sha512 that the published file must have' },
  entry: { value: 'NAME', help: 'the member of an archive that is the disk' },
  format: { value: 'FORMAT', help: "raw (default), or source: the vendor's own disk format" },
  from: { value: 'LAYERS', help: 'what the file must be: qcow2, gz>raw, tar.gz; default: look' },
  'keep-source': { help: 'keep the file as it was downloaded, beside the disk' },
  offline: { help: 'make no request: the newest cached disk that matches' },
  refresh: { help: 'ask upstream anew, past everything cached' },
  verify: { help: 'hash a cached disk again; fetch it once more when damaged' },
};

export function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(options, name);
}
