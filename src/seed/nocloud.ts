import { createHash } from 'node:crypto';
import type { SeedOptions } from '../contracts/seed.ts';
import { defined } from '../kit/defined.ts';
import { refuseSeed } from './seed-error.ts';
import { checkHostname, writeUserData } from './short-way.ts';
import { toBytes, toText } from './text.ts';
import type { SeedFolder } from './tree.ts';
import { checkUserData } from './user-data.ts';
import { readMapping } from './yaml-text.ts';

/** The files of a NoCloud seed, and their instance id. */
export interface NoCloudFiles {
  files: SeedFolder;
  instanceId: string;
}

/** Source: cloud-init, the NoCloud data source; `user-data` and `meta-data` must exist, but may be empty. */
export async function planNoCloud(options: SeedOptions): Promise<NoCloudFiles> {
  const { hostname, sshKeys, user, vendorData, networkConfig } = options;
  const isShort = hostname !== undefined || sshKeys !== undefined || user !== undefined;
  if (isShort && options.userData !== undefined) {
    throw refuseSeed(
      'userData',
      'given beside hostname, sshKeys or user',
      'Write everything into userData (--user-data), or leave it out.',
    );
  }
  const userData = isShort ? writeUserData({ hostname, sshKeys, user }) : options.userData;
  if (userData === undefined) {
    throw refuseSeed(
      'userData',
      'missing',
      'Give userData (--user-data), or hostname (--hostname), sshKeys (--ssh-key) or user (--user).',
    );
  }
  await checkUserData(userData);
  if (networkConfig !== undefined) await checkNetworkConfig(networkConfig);
  const rest = { 'user-data': toBytes(userData), ...optional({ vendorData, networkConfig }) };
  const { metaData, instanceId } = await completeMetaData(options, rest);
  return { files: { ...rest, 'meta-data': toBytes(metaData) }, instanceId };
}

function optional(parts: Pick<SeedOptions, 'vendorData' | 'networkConfig'>): SeedFolder {
  const { vendorData, networkConfig } = parts;
  return defined({
    'vendor-data': vendorData === undefined ? undefined : toBytes(vendorData),
    'network-config': networkConfig === undefined ? undefined : toBytes(networkConfig),
  });
}

/**
 * Adds an instance id made from the content: a new id makes the guest run its first boot again, so the same content
 * must have the same id.
 */
async function completeMetaData(
  { metaData = '', hostname }: SeedOptions,
  others: SeedFolder,
): Promise<{ metaData: string | Uint8Array; instanceId: string }> {
  const text = toText('metaData', metaData);
  const given = text.trim() === '' ? {} : await readMapping('metaData', text);
  const own = given['instance-id'];
  if (typeof own === 'string' && own !== '') return { metaData, instanceId: own };
  if (own !== undefined) {
    throw refuseSeed('metaData', 'instance-id is not a text', 'Write instance-id: "some-name".');
  }
  const name = hostname === undefined ? {} : { 'local-hostname': checkHostname(hostname) };
  const instanceId = `iid-${digestOf({ ...others, given: Buffer.from(text), name: Buffer.from(JSON.stringify(name)) })}`;
  return {
    // JSON is valid YAML.
    metaData: `${JSON.stringify({ 'instance-id': instanceId, ...name, ...given })}\n`,
    instanceId,
  };
}

function digestOf(files: SeedFolder): string {
  const hash = createHash('sha256');
  for (const [name, bytes] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!(bytes instanceof Uint8Array)) continue;
    hash.update(`${name} ${bytes.length}\n`).update(bytes);
  }
  return hash.digest('hex').slice(0, 16);
}

async function checkNetworkConfig(networkConfig: string | Uint8Array): Promise<void> {
  const text = toText('networkConfig', networkConfig);
  const top = await readMapping('networkConfig', text);
  const inner = Object(top['network'] ?? top);
  if (inner.version === 1 || inner.version === 2) return;
  throw refuseSeed(
    'networkConfig',
    'its version is neither 1 nor 2',
    'Begin it with version: 2 and the interfaces below ethernets.',
  );
}
