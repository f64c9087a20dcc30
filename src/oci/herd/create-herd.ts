import { type HerdClock, systemClock } from './clock.ts';
import type { Herd, HerdRegistry, HerdSettings } from './herd.ts';
import { HerdMember } from './herd-member.ts';

const defaults: HerdSettings = {
  write: true,
  alone: false,
  windowMs: 2_000,
  visibilityMs: 500,
  patienceMs: 600_000,
  lifetimeMs: 90_000,
  readOnlyMs: 30_000,
};

/**
 * Coordinates the hosts that use one repository. What this host learns about its rights is kept for its next images.
 */
export function createHerd(
  registry: HerdRegistry,
  settings: Partial<HerdSettings> = {},
  clock: HerdClock = systemClock,
): Herd {
  const rights = { mayWrite: true };
  const all = { ...defaults, ...settings };
  return {
    enter: (tag, context) => new HerdMember(registry, all, clock, rights, tag, context).enter(),
  };
}
