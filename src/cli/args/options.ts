import { allowances } from '../../contracts/allowance.ts';
import { arches } from '../../contracts/arch.ts';
import { trustLevels } from '../../contracts/proof.ts';
import { seedKinds } from '../../contracts/seed.ts';
import { rootForms } from '../../launch/hypervisor.ts';

/** One option of the command line. */
export interface OptionSpec {
  /** What stands for the value in the help; absent for a switch. */
  value?: string;
  /** May be given more than once. */
  repeats?: true;
  short?: string;
  /** What the value can be, for completion in a shell. */
  words?: readonly string[];
  help: string;
}

export type OptionName =
  | 'as'
  | 'dataset'
  | 'output-dir'
  | 'url'
  | 'uuid-namespace'
  | 'from-cache'
  | 'lockfile'
  | 'catalog'
  | 'to'
  | 'allow'
  | 'cache-budget'
  | 'older-than'
  | 'budget'
  | 'keep'
  | 'dry-run'
  | 'vfat'
  | 'vendor-data'
  | 'user-data'
  | 'user'
  | 'ssh-key'
  | 'network-config'
  | 'meta-data'
  | 'kind'
  | 'hostname'
  | 'for'
  | 'allow-older'
  | 'arch'
  | 'at'
  | 'backing'
  | 'console'
  | 'kernel'
  | 'root'
  | 'boot'
  | 'bundles'
  | 'ca'
  | 'cache-dir'
  | 'connections'
  | 'decode'
  | 'digest'
  | 'entry'
  | 'force'
  | 'format'
  | 'fix-gpt'
  | 'from'
  | 'identity'
  | 'issuer'
  | 'help'
  | 'json'
  | 'kernel-format'
  | 'key'
  | 'keep-source'
  | 'max-age'
  | 'limit'
  | 'max-size'
  | 'mirror'
  | 'offline'
  | 'output'
  | 'param'
  | 'pick'
  | 'plugin'
  | 'progress'
  | 'quiet'
  | 'refresh'
  | 'registry'
  | 'registry-mirror'
  | 'registry-only'
  | 'registry-write'
  | 'repair'
  | 'signature'
  | 'size'
  | 'trust'
  | 'variant'
  | 'verbose'
  | 'verify'
  | 'version';

/** Every option there is. */
export const options: Readonly<Record<OptionName, OptionSpec>> = {
  arch: { value: 'ARCH', words: arches, help: 'amd64, arm64, x86_64, …; default: this machine' },
  variant: { value: 'NAME', help: 'variant of the vendor: minimal, genericcloud, …' },
  param: { value: 'K=V', repeats: true, help: 'a parameter of this vendor; repeatable' },
  mirror: {
    value: 'FROM=TO',
    repeats: true,
    help: 'use TO for addresses that begin with FROM; repeatable',
  },
  trust: {
    value: 'LEVEL',
    words: ['auto', ...trustLevels],
    help: `auto, or minimum: ${trustLevels.join(', ')}`,
  },
  plugin: {
    value: 'MODULE',
    repeats: true,
    help: 'add vendors, formats, verifiers, targets; repeatable',
  },
  'cache-dir': { value: 'DIR', help: 'folder of the cache; also $ROOTDISK_CACHE_DIR' },
  ca: { value: 'FILE', repeats: true, help: 'trust these PEM certificates too; repeatable' },
  bundles: { value: 'FILE', help: 'the catalog that bundle:NAME is looked up in' },
  limit: {
    value: 'NAME=VALUE',
    repeats: true,
    help: 'set one limit: downloadBytes=8GiB; repeatable',
  },
  progress: {
    value: 'FORM',
    words: ['json'],
    help: 'json: each event is a line of JSON on stderr',
  },
  'max-size': { value: 'SIZE', help: 'largest disk or stream accepted; default 2TiB' },
  json: { help: 'print one JSON object, also on failure' },
  quiet: { short: 'q', help: 'print nothing but results and errors' },
  verbose: { short: 'v', help: 'print every step, and the causes of errors' },
  help: { short: 'h', help: 'show this help' },
  version: { short: 'V', help: 'show the version' },
  'cache-budget': {
    value: 'SIZE',
    help: 'remove least recently used disks to stay below this',
  },
  'older-than': { value: 'AGE', help: 'remove disks not used for this long: 30d, 12h' },
  budget: { value: 'SIZE', help: 'remove least recently used disks to reach this size' },
  keep: { value: 'N', help: 'keep the newest N builds of each release' },
  'dry-run': { help: 'print what would be done, and do nothing' },
  as: { value: 'NAME', help: 'name of the lock entry; default: <vendor>-<release>' },
  'from-cache': { help: 'lock the cached disk by the digests of its download' },
  to: { value: 'TARGET', help: 'target format, tool or system; see the examples' },
  dataset: { value: 'DATASET', help: 'parent of the new ZFS datasets' },
  'output-dir': { value: 'DIR', help: 'folder that the files are written to' },
  kernel: { value: 'VERSION', help: 'kernel version of the boot menu, or id of an entry' },
  console: { help: 'append the serial console of the architecture' },
  root: { value: 'FORM', words: rootForms, help: `root= as ${rootForms.join(', ')}` },
  url: { value: 'URL', help: 'address of the IMGAPI server' },
  'uuid-namespace': {
    value: 'NAME',
    words: ['rootdisk', 'triton'],
    help: 'how the UUID is derived: rootdisk (default), triton',
  },
  lockfile: { value: 'FILE', help: 'the lock file; default: ./rootdisk.lock.json' },
  catalog: { value: 'FILE', help: 'a catalog in place of the one that is shipped' },
  vfat: { help: 'a FAT file system in place of ISO 9660' },
  'vendor-data': { value: 'FILE', help: 'vendor-data of cloud-init' },
  'user-data': { value: 'FILE', help: 'user-data, Ignition, script or Talos configuration' },
  user: { value: 'NAME', help: "a new user with sudo, in place of the image's own" },
  'ssh-key': { value: 'FILE', repeats: true, help: 'public key that may log in; repeatable' },
  'network-config': { value: 'FILE', help: 'network configuration of cloud-init, version 1 or 2' },
  'meta-data': { value: 'FILE', help: 'meta-data; an instance id is added if it has none' },
  kind: { value: 'KIND', words: seedKinds, help: `${seedKinds.join(', ')} (see --for)` },
  hostname: { value: 'NAME', help: 'name of the machine' },
  for: { value: 'REF', help: 'the image that will read the seed; asks its vendor' },
  allow: {
    value: 'WORD',
    repeats: true,
    words: allowances,
    help: `accept ${allowances.join(', ')}; repeatable`,
  },
  'allow-older': { help: 'accept a build older than one that was accepted before' },
  at: { value: 'DATE', help: 'verify as of this date or time instead of now' },
  backing: { help: 'write a qcow2 overlay on the disk, not a copy' },
  boot: { help: 'also get the kernel and initrd that boot this disk' },
  registry: { value: 'HOST/REPO', help: 'ask this OCI registry for the image before upstream' },
  'registry-write': { help: 'store downloads from upstream in the registry' },
  'registry-only': { help: 'take image bytes from the registry alone' },
  'registry-mirror': { value: 'URL', help: 'a proxy in front of the registry, such as Dragonfly' },
  connections: { value: 'N', help: 'fetch over 1 (default) to 16 connections at once' },
  decode: { value: 'WHEN', help: 'streaming (default), or after-verify: verify first' },
  digest: { value: 'DIGEST', help: 'the sha256 or sha512 that the published file must have' },
  entry: { value: 'NAME', help: 'the member of an archive that is the disk' },
  'fix-gpt': { help: 'move the backup partition table to the end of the disk' },
  force: { help: 'replace the output file if it exists' },
  format: { value: 'FORMAT', help: "raw (default), source (the vendor's own), vhd, vhdx, …" },
  from: { value: 'LAYERS', help: 'what the file must be: qcow2, gz>raw; default: detect' },
  'kernel-format': {
    value: 'FORMAT',
    help: 'published (default), or raw: unpacked, bzImage too',
  },
  key: {
    value: 'FILE',
    repeats: true,
    help: 'trust this public key too; repeatable',
  },
  'keep-source': { help: 'keep the file as it was downloaded, beside the disk' },
  'max-age': { value: 'AGE', help: 'refuse signatures that are older than this: 90d, 12h' },
  offline: { help: 'make no request; use only what is in the cache' },
  output: { value: 'FILE', help: 'clone the disk to this file, and print its path' },
  refresh: { help: 'ask the vendor again, and ignore cached answers' },
  identity: { value: 'NAME', help: 'the signer that a Sigstore bundle must name, or ^pattern$' },
  issuer: { value: 'URL', help: 'the issuer that must have confirmed that identity' },
  pick: { value: 'NAME', help: 'print the digest that was signed for this file name' },
  repair: { help: 'restore mode and time, and rebuild damaged disks' },
  size: { value: 'SIZE', help: 'grow the disk to this size: 20GiB; it never shrinks' },
  signature: { value: 'FILE', help: 'the signature, where it is a file of its own' },
  verify: { help: 'hash a cached disk again; download it again if damaged' },
};

export function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(options, name);
}
