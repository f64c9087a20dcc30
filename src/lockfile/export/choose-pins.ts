import { type Arch, arches } from '../../contracts/arch.ts';
import { UsageError } from '../../errors.ts';
import { nearestWord } from '../../kit/nearest-word.ts';
import { shownText } from '../../kit/public-url.ts';
import type { LockEntry, LockFile } from '../lock-file.ts';
import type { ExportPin, ExportTarget } from './export-target.ts';

/** The pins to export; without a choice all of them. */
export interface PinChoice {
  aliases: readonly string[];
  arch: Arch | undefined;
}

/**
 * The chosen pins, ordered by name. Throws `ERR_INVALID_REQUEST` for a name that is not locked, and for too many
 * images for one tool.
 */
export function choosePins(lock: LockFile, choice: PinChoice, target: ExportTarget): ExportPin[] {
  const { aliases, arch } = choice;
  const known = lock.images.map(({ alias }) => alias);
  for (const alias of aliases) if (!known.includes(alias)) throw unknownAlias(alias, known);
  const chosen = lock.images.filter(({ alias }) => aliases.length === 0 || aliases.includes(alias));
  const pins = chosen
    .sort((a, b) => (a.alias < b.alias ? -1 : 1))
    .flatMap((entry) => pinsOf(entry, arch));
  const empty = chosen.find(({ alias }) => !pins.some((pin) => pin.alias === alias));
  if (empty !== undefined && (aliases.length > 0 || pins.length === 0)) {
    throw refuseExport(
      `${empty.alias} is not locked for ${arch}`,
      `Use one of: ${Object.keys(empty.architectures).join(', ')}.`,
      'arch',
    );
  }
  const names = [...new Set(pins.map(({ alias }) => alias))];
  if (target.oneImage !== true || names.length < 2) return pins;
  const message = `a template of ${target.name} takes one image, and there are ${names.length}`;
  throw refuseExport(message, `Name one of: ${names.join(', ')}.`, 'aliases');
}

function pinsOf({ alias, request, architectures }: LockEntry, only: Arch | undefined): ExportPin[] {
  return arches.flatMap((arch) => {
    const image = architectures[arch];
    if (image === undefined || (only !== undefined && arch !== only)) return [];
    return [{ alias, request, arch, image }];
  });
}

function unknownAlias(alias: string, known: readonly string[]): UsageError {
  const meant = nearestWord(alias, known);
  return refuseExport(
    `there is no entry ${JSON.stringify(shownText(alias))} in the lock file`,
    meant === undefined ? 'Name an entry of the lock file.' : `Did you mean ${meant}?`,
    'aliases',
  );
}

/** `ERR_INVALID_REQUEST` for an export that is not possible. */
export function refuseExport(message: string, hint: string, field: string): UsageError {
  return new UsageError({ code: 'ERR_INVALID_REQUEST', message, hint, details: { field } });
}
