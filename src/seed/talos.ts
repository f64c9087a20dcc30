import type { SeedOptions } from '../contracts/seed.ts';
import { type NoCloudFiles, planNoCloud } from './nocloud.ts';
import { refuseSeed } from './seed-error.ts';
import { toBytes, toText } from './text.ts';
import { readMapping } from './yaml-text.ts';

/**
 * A NoCloud seed whose user data is the machine configuration. Talos ignores user data that begins like that of
 * cloud-init. Source: its nocloud platform.
 */
export async function planTalos(options: SeedOptions): Promise<NoCloudFiles> {
  const { userData } = options;
  if (userData === undefined) {
    throw refuseSeed('userData', 'missing', 'Give the machine configuration (--user-data FILE).');
  }
  const text = toText('userData', userData);
  if (/^#(?:cloud-config|include)/.test(text)) {
    throw refuseSeed(
      'userData',
      'Talos does not read cloud-init user data',
      'Give the machine configuration that talosctl gen config writes.',
    );
  }
  const [first = ''] = text.split(/^---\s*$/m).filter((part) => part.trim() !== '');
  const config = await readMapping('userData', first);
  const isMachine = config['version'] === 'v1alpha1' && typeof config['machine'] === 'object';
  if (!isMachine && typeof config['kind'] !== 'string') {
    throw refuseSeed(
      'userData',
      'not a Talos machine configuration',
      'Begin it with version: v1alpha1 and machine:, as talosctl gen config does.',
    );
  }
  const { files, instanceId } = await planNoCloud({ ...options, userData: '' });
  return { files: { ...files, 'user-data': toBytes(userData) }, instanceId };
}
