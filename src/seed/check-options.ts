import { nearestWord } from '../kit/nearest-word.ts';
import type { SeedOptions } from './seed.ts';
import { refuseSeed } from './seed-error.ts';

type Check = readonly [is: (value: unknown) => boolean, what: string];

const text: Check = [(value) => typeof value === 'string', 'a text'];
const part: Check = [
  (value) => typeof value === 'string' || value instanceof Uint8Array,
  'a text or bytes',
];

const checks: Readonly<Record<keyof SeedOptions, Check>> = {
  kind: text,
  guest: [(value) => typeof value === 'object' && value !== null, 'an object'],
  vendor: text,
  userData: part,
  metaData: part,
  networkConfig: part,
  vendorData: part,
  hostname: text,
  sshKeys: [
    (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
    'a list of texts',
  ],
  user: text,
  vfat: [(value) => typeof value === 'boolean', 'true or false'],
};

/** The types promise all of this; a caller in plain JavaScript does not. */
export function checkSeedOptions(options: object): void {
  if (typeof options !== 'object' || options === null) {
    throw refuseSeed('options', 'not an object', 'Give an object with userData or hostname.');
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const check = Object.hasOwn(checks, name) ? checks[name as keyof SeedOptions] : undefined;
    if (check === undefined) {
      const meant = nearestWord(name, Object.keys(checks));
      const hint = meant === undefined ? `Leave it out.` : `Did you mean ${meant}?`;
      throw refuseSeed(name, 'unknown option', hint);
    }
    const [is, what] = check;
    if (!is(value)) throw refuseSeed(name, `must be ${what}`, 'Correct the option and call again.');
  }
}
