import type { TierContext } from '../../contracts/tier.ts';
import type { RegistryClient } from '../client/registry-client.ts';

/** The requests to a registry with which hosts agree on the one that fetches from upstream. */
export type HerdRegistry = Pick<
  RegistryClient,
  'hasManifest' | 'manifest' | 'putManifest' | 'putBlob' | 'deleteManifest'
>;

/** Why a host fetches from upstream without being the leader. */
export type AloneReason =
  /** The registry did not answer the first request. */
  | 'unreachable'
  /** The host waited as long as the settings allow. */
  | 'deadline'
  /** The host may not write, and no other host has claimed the image. */
  | 'read-only';

/**
 * The next step of a host. `lead`: it fetches the file from upstream and stores it; the others wait for it until
 * `release`, which never throws and may be called again. `ready`: the tag exists. `alone`: it fetches the file from
 * upstream, and may try to store it unless the reason is `read-only`.
 */
export type HerdTurn =
  | { kind: 'lead'; release(): Promise<void> }
  | { kind: 'ready' }
  | { kind: 'alone'; why: AloneReason };

/** Receives messages during the wait; an abort ends the wait and throws the signal's reason. */
export type HerdContext = Pick<TierContext, 'signal' | 'tell' | 'warn'>;

/** Coordinates the hosts of a fleet so that only one fetches a file from upstream. */
export interface Herd {
  /** Call it after `tag` was not found. A refusal or a silent registry is not an error; it gives a turn. */
  enter(tag: string, context: HerdContext): Promise<HerdTurn>;
}

/** All times are in milliseconds. */
export interface HerdSettings {
  /** False for a host that has no push rights or must not use them. */
  write: boolean;
  /** True if no other host uses the registry: the host leads at once. */
  alone: boolean;
  /** Longest timer before a host claims the image; most hosts of a large fleet see another claim before. */
  windowMs: number;
  /** How long a registry may show the old state after a write. */
  visibilityMs: number;
  /** Longest wait for another host. */
  patienceMs: number;
  /** A leader that has not renewed its marker for this long is gone. It renews it three times in this period. */
  lifetimeMs: number;
  /** How long a host without push rights waits for another host to claim the image. */
  readOnlyMs: number;
}
