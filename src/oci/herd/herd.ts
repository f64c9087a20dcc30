import type { TierContext } from '../../contracts/tier.ts';
import type { RegistryClient } from '../client/registry-client.ts';

/** What the hosts of a fleet need of a registry to agree on the one that goes upstream. */
export type HerdRegistry = Pick<
  RegistryClient,
  'hasManifest' | 'manifest' | 'putManifest' | 'putBlob' | 'deleteManifest'
>;

/** Why a host goes upstream without having been chosen. */
export type AloneReason =
  /** The registry gave no answer at the first contact. */
  | 'unreachable'
  /** Waited as long as the settings allow. */
  | 'deadline'
  /** The host may not write, and no other host has said that it fetches the image. */
  | 'read-only';

/**
 * What a host does next. `lead`: it fetches the file from upstream and stores it; the others wait for it until `release`, which
 * never throws and may be called more than once. `ready`: the tag is there. `alone`: it fetches the file from upstream, and may
 * try to store it unless the reason is `read-only`.
 */
export type HerdTurn =
  | { kind: 'lead'; release(): Promise<void> }
  | { kind: 'ready' }
  | { kind: 'alone'; why: AloneReason };

/** What the host is told while it waits, and what ends the wait: the abort throws the signal's reason. */
export type HerdContext = Pick<TierContext, 'signal' | 'tell' | 'warn'>;

/** Keeps a fleet from fetching the same file from upstream more than once. */
export interface Herd {
  /** For a host that found no `tag`. What the registry refuses or fails to answer is no error, it is a turn. */
  enter(tag: string, context: HerdContext): Promise<HerdTurn>;
}

/** Every time is in milliseconds. */
export interface HerdSettings {
  /** False for a host that has no push rights or shall not use them. */
  write: boolean;
  /** True where no other host uses the registry: the host leads at once. */
  alone: boolean;
  /** Longest timer before a host says that it fetches the image; most of a large fleet never gets there. */
  windowMs: number;
  /** How long a registry may go on showing what was there before a write. */
  visibilityMs: number;
  /** Longest wait for another host. */
  patienceMs: number;
  /** A leader that has said nothing for so long is gone. It says so three times in this time. */
  lifetimeMs: number;
  /** How long a host without push rights waits for another one to say that it fetches the image. */
  readOnlyMs: number;
}
