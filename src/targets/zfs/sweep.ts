import type { TargetContext } from '../../contracts/target.ts';
import type { Zfs } from './zfs.ts';

/** Prefix of the name of a build below its parent; nothing else is ever swept. */
export const buildPrefix = 'rootdisk-build-';
const buildPattern = /^rootdisk-build-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** A younger build may still be running. */
const minAgeSeconds = 3600;

/**
 * Destroys builds that killed processes left an hour ago or longer. A build in use cannot be destroyed and stays. A
 * failure is only logged.
 */
export async function sweepBuilds(
  zfs: Zfs,
  parent: string,
  { now, log, signal }: Pick<TargetContext, 'now' | 'log' | 'signal'>,
): Promise<void> {
  const warn = (message: string, error: unknown): void => {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    log({ level: 'warn', message: `${message}: ${why}` });
  };
  const names = await zfs.list(parent, signal).catch((error: unknown) => {
    warn(`cannot look for old builds in ${parent}`, error);
    return [];
  });
  for (const name of names) {
    if (!name.startsWith(`${parent}/`)) continue;
    if (!buildPattern.test(name.slice(parent.length + 1))) continue;
    try {
      const created = Number(await zfs.get(name, 'creation', signal));
      if (!(now.getTime() / 1000 - created >= minAgeSeconds)) continue;
      await zfs.destroy(name);
      log({ level: 'info', message: `destroyed ${name}, left by an earlier call` });
    } catch (error) {
      warn(`${name} stays`, error);
    }
  }
}
