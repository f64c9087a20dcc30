import type { CloneOptions } from '../contracts/clone.ts';
import { nearestWord } from '../kit/nearest-word.ts';
import { refuseClone } from './clone-error.ts';

type Check = readonly [is: (value: unknown) => boolean, what: string];

const flag: Check = [(value) => typeof value === 'boolean', 'true or false'];
const listener: Check = [(value) => typeof value === 'function', 'a function'];
const sectorBytes = 512;

const checks: Readonly<Record<keyof CloneOptions, Check>> = {
  size: [
    (value) =>
      Number.isSafeInteger(value) && Number(value) > 0 && Number(value) % sectorBytes === 0,
    'a number of bytes that is a multiple of 512',
  ],
  format: [(value) => value === 'raw' || value === 'qcow2', 'raw or qcow2'],
  backing: flag,
  fixGpt: flag,
  force: flag,
  signal: [(value) => value instanceof AbortSignal, 'an AbortSignal'],
  log: listener,
  onProgress: listener,
};

/** The types promise all of this; a caller in plain JavaScript does not. */
export function checkCloneOptions(options: object): void {
  if (typeof options !== 'object' || options === null) {
    throw refuseClone('options', 'options must be an object', 'Correct the call.');
  }
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    const check = Object.hasOwn(checks, name) ? checks[name as keyof CloneOptions] : undefined;
    if (check === undefined) {
      const meant = nearestWord(name, Object.keys(checks));
      const hint = meant === undefined ? 'Leave it out.' : `Did you mean ${meant}?`;
      throw refuseClone(name, `cloneDisk has no option ${JSON.stringify(name)}`, hint);
    }
    const [is, what] = check;
    if (!is(value)) {
      throw refuseClone(name, `${name} must be ${what}`, 'Correct the option and call again.');
    }
  }
}
