import type { GuestFacts } from '../../src/kit.ts';

type Firmware = NonNullable<GuestFacts['firmware']>;

/** The firmware that a guest boots with, one of these or any; typed so that it fits a field that may be absent. */
export function startsBy(...firmware: Firmware): Firmware {
  return firmware;
}
