import type { Seed, SeedOptions } from '../contracts/seed.ts';
import { refuseSeed } from './seed-error.ts';
import { toBytes, toText } from './text.ts';

/**
 * Source: the Ignition specification; Flatcar also reads version 2 and uses a separate fw_cfg key (its page on
 * CoreOS).
 */
export function planIgnition({ userData, vendor }: SeedOptions): Seed {
  if (userData === undefined) {
    throw refuseSeed('userData', 'missing', 'Give an Ignition configuration (--user-data FILE).');
  }
  const isFlatcar = vendor === 'flatcar';
  const text = toText('userData', userData);
  const version = versionOf(text);
  const known = isFlatcar ? /^[23]\.\d+\.\d+/ : /^3\.\d+\.\d+/;
  if (!known.test(version)) {
    throw refuseSeed(
      'userData',
      `Ignition version ${JSON.stringify(version)} is not a version that this system reads`,
      'Write ignition.version 3.x.y, such as 3.4.0.',
    );
  }
  const fwCfg = isFlatcar ? 'opt/org.flatcar-linux/config' : 'opt/com.coreos/config';
  return { kind: 'ignition', format: 'json', bytes: toBytes(userData), fwCfg };
}

function versionOf(text: string): string {
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (cause) {
    const hint = /^\s*(?:variant|version)\s*:/m.test(text)
      ? 'Translate Butane to Ignition first, with the program butane.'
      : 'Give an Ignition configuration in JSON.';
    throw refuseSeed('userData', 'not valid JSON', hint, cause);
  }
  const { version } = Object(Object(config).ignition);
  if (typeof version === 'string') return version;
  throw refuseSeed(
    'userData',
    'not an Ignition configuration: ignition.version is missing',
    'Begin it with {"ignition": {"version": "3.4.0"}}.',
  );
}
