import type { GuestFacts } from '../../src/kit.ts';

type Firmware = NonNullable<GuestFacts['firmware']>;

/** What a guest starts by, one of these or any; typed, so that it can stand where a field may be absent. */
export function startsBy(...firmware: Firmware): Firmware {
  return firmware;
}
