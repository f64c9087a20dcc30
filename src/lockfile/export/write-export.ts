import { openExistingCache } from '../../cache/existing-cache.ts';
import {
  type ExportLockOptions,
  exportKinds,
  type LockExport,
} from '../../contracts/lock-export.ts';
import type { Warning } from '../../contracts/log.ts';
import { parseArch } from '../../kit/arch.ts';
import { defined } from '../../kit/defined.ts';
import type { LockFile } from '../lock-file.ts';
import { findCachedDisks } from './cached-disks.ts';
import { choosePins, refuseExport } from './choose-pins.ts';
import { type ExportedPin, type ExportPin, type ExportTarget, pinTitle } from './export-target.ts';
import { exportTargets } from './targets.ts';

/** The pins of a lock file as text for a tool; all of them or none. */
export async function writeExport(lock: LockFile, options: ExportLockOptions): Promise<LockExport> {
  const { to, aliases = [], arch } = options;
  if (!exportKinds.includes(to)) {
    throw refuseExport('to (--to) is missing', `Use one of: ${exportKinds.join(', ')}.`, 'to');
  }
  const target = exportTargets[to];
  const choice = { aliases, arch: arch === undefined ? undefined : parseArch(arch) };
  const expressed = choosePins(lock, choice, target).map(
    (pin) => [pin, target.express(pin)] as const,
  );
  const needy = expressed.flatMap(([pin, how]) => ('because' in how && how.local ? [pin] : []));
  const disks =
    needy.length > 0
      ? await findCachedDisks(await openExistingCache(options), needy)
      : new Map<ExportPin, never>();

  const refused: Refused[] = [];
  const warnings: Warning[] = [];
  const pins = expressed.flatMap(([pin, how]): ExportedPin[] => {
    if ('addresses' in how) return [{ ...pin, addresses: how.addresses }];
    const disk = disks.get(pin);
    if (disk === undefined) refused.push({ pin, ...how });
    else if (target.localOnly !== true) {
      const message = `${pinTitle(pin)} is given as the cached disk ${disk.path}: ${how.because}`;
      warnings.push({ code: 'local-path', message });
    }
    return disk === undefined ? [] : [{ ...pin, addresses: [], ...defined({ disk }) }];
  });
  if (refused.length > 0) throw refusePins(target, refused, pins.length > 0, options.lockfile);
  return { to, text: target.format(pins), warnings };
}

interface Refused {
  pin: ExportPin;
  because: string;
  local: boolean;
}

function refusePins(
  target: ExportTarget,
  refused: readonly Refused[],
  hasOthers: boolean,
  lockfile: string,
): Error {
  const reasons = refused.map(({ pin, because, local }) => {
    const missing = local ? ', and its disk is not in the cache' : '';
    return `${pinTitle(pin)}: ${because}${missing}`;
  });
  const message = `not every pin can be exported to ${target.name}: ${reasons.join('; ')}`;
  const first = refused.find(({ local }) => local);
  if (first !== undefined) {
    return refuseExport(message, `Get the disk first: ${ensureLine(first.pin, lockfile)}`, 'to');
  }
  const others = 'Export the other entries by their names.';
  const plain = 'Use json (--to json), which takes every pin.';
  return refuseExport(message, hasOthers ? others : plain, 'to');
}

/** The command that makes the disk of a pin, whatever its vendor publishes now. */
function ensureLine({ alias, arch }: ExportPin, lockfile: string): string {
  const isPlain = /^[\w/.%@+-]+$/.test(lockfile);
  const shown = isPlain ? lockfile : `'${lockfile.replace(/'/g, `'\\''`)}'`;
  return `rootdisk ensure ${alias} --arch ${arch} --lockfile ${shown}`;
}
