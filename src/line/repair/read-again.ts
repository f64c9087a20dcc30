import { type Entry, readEntry } from '../../cache/entries/read.ts';
import { verifyEntry } from '../../cache/entries/verify.ts';
import { requireCacheName } from '../../cache/names/cache-name.ts';
import type { ImageRecord } from '../../cache/records/image-record.ts';
import { IntegrityError, NotFoundError } from '../../errors.ts';
import { makeBootEntry } from '../boot/make-boot-entry.ts';
import { withBootOf } from '../boot/read-from-disk.ts';
import type { Call } from '../call.ts';
import { optionsRecorded, planRecorded, roleOf } from './recorded.ts';

/** Reads a kernel or initrd from its disk again. Needs the lock of its name. */
export async function readAgain(asked: Call, record: ImageRecord): Promise<Entry> {
  const { disk: diskName = '', diskSource } = record.facts;
  const disk = await readEntry(asked.cache, diskName);
  const isSame = disk?.record.source.sha256 === diskSource;
  if (disk === undefined || !isSame || !URL.canParse(disk.record.source.url)) {
    throw new NotFoundError({
      code: 'ERR_NOT_FOUND',
      message: `${record.name} was read out of ${diskName}, which is not in the cache`,
      hint: `Remove it with rootdisk cache rm ${record.name}, and get the image again.`,
      details: { field: 'disk', value: diskName },
    });
  }
  if ((await verifyEntry(disk, { signal: asked.signal })).state === 'damaged') {
    throw damaged(record.name, `${diskName} is damaged too`);
  }
  const role = roleOf(requireCacheName(record.name)) === 'initrd' ? 'initrd' : 'kernel';
  const call: Call = { ...asked, options: optionsRecorded(asked.options, record) };
  const plan = planRecorded(disk.record, new URL(disk.record.source.url), []);
  const entry = await withBootOf(call, disk, ({ entry: found }) =>
    makeBootEntry({ call, plan }, disk, found, role),
  );
  if (entry.name === record.name) return entry;
  throw damaged(record.name, `another one lies on ${diskName}`);
}

function damaged(name: string, why: string): IntegrityError {
  return new IntegrityError({
    code: 'ERR_DIGEST',
    message: `${name} is damaged, and ${why}`,
    hint: 'Run: rootdisk cache verify --repair',
    details: { fileName: name, reason: 'damaged' },
  });
}
