import type { Entry } from '../../cache/entries/read.ts';
import { DecodeError, NotFoundError, refuse } from '../../errors.ts';
import type { Obtained } from '../look.ts';
import type { Planned } from '../making.ts';
import { bootsItself, planRaw } from '../plan.ts';
import { noteBoot, obtainPublished } from './boot-entries.ts';
import type { BootSet } from './boot-set.ts';
import { readFromDisk } from './read-from-disk.ts';

/**
 * Obtains the planned disk and, if the call wants them, its boot files: first the published files, each by the same
 * steps as the disk; if there are none, those on the disk.
 */
export async function obtainWithBoot(
  planned: Planned,
  obtain: (planned: Planned) => Promise<Obtained>,
): Promise<{ disk: Obtained; boot: BootSet | undefined }> {
  const { call, plan } = planned;
  // A bundle contains its own kernel, which is then in the cache.
  const bundle = bootsItself(plan) ? await obtain(planned) : undefined;
  const published = await obtainPublished(planned, obtain);
  const isRead = call.options.boot !== false && published === undefined;
  // The files are read from a raw disk; any other requested format is then made from it.
  const isWritten = !['raw', 'source'].includes(plan.format);
  const raw = isRead && isWritten ? await obtain({ call, plan: planRaw(plan) }) : undefined;
  const disk = bundle ?? (await obtain(planned));
  const boot = published ?? (isRead ? await read(planned, (raw ?? disk).entry) : undefined);
  return { disk: await noteBoot(call, disk, boot), boot };
}

async function read(planned: Planned, disk: Entry): Promise<BootSet> {
  const { call, plan } = planned;
  try {
    return await readFromDisk(planned, disk);
  } catch (error) {
    if (call.signal.aborted) throw call.signal.reason;
    const { vendor } = plan.identity;
    const { none, hint } = withoutPublished(planned);
    if (error instanceof NotFoundError && error.details.field !== 'format') {
      const message = `${none}no kernel was found on it: ${error.message}`;
      const details = { vendor, field: 'boot' };
      throw new NotFoundError({ code: 'ERR_NOT_FOUND', message, hint, details, cause: error });
    }
    if (!(error instanceof DecodeError)) throw error;
    const message = `${none}no kernel can be read from it: ${error.message}`;
    throw refuse(error.details.reason, message, { ...error.details, hint, cause: error });
  }
}

/** Why the boot files were read from the disk, and what to do if it has none. */
function withoutPublished({ call, plan }: Planned): { none: string; hint: string } {
  const { vendor } = plan.identity;
  const hint = 'Boot the disk by its firmware: leave out boot (--boot).';
  if (call.options.boot === 'disk' || ['url', 'file'].includes(vendor)) return { none: '', hint };
  if (call.locked === undefined) {
    return { none: `${vendor} publishes no kernel that boots this disk, and `, hint };
  }
  const { from, entry } = call.locked;
  const { alias, request } = entry;
  return {
    none: `${alias} is locked without the files that boot it, and `,
    hint:
      from === 'catalog'
        ? `Ask the vendor: ${request}.`
        : `Run: rootdisk lock add ${request} --as ${alias} --boot`,
  };
}
