import { pathToFileURL } from 'node:url';
import type { Extents } from '../../bytes/extents.ts';
import type { RecordDraft } from '../../cache/entries/publish.ts';
import type { Entry } from '../../cache/entries/read.ts';
import { requireCacheName } from '../../cache/names/cache-name.ts';
import type { ImageRecord } from '../../cache/records/image-record.ts';
import { hasRemedy, isImageError, NotFoundError } from '../../errors.ts';
import { offlineMiss } from '../../http/addresses/rules.ts';
import { defined } from '../../kit/defined.ts';
import { attemptInStaging } from '../attempt.ts';
import type { Call } from '../call.ts';
import { startDecode } from '../decode.ts';
import { startFetch } from '../fetch.ts';
import type { Obtained } from '../look.ts';
import type { Making } from '../making.ts';
import { describe, place } from '../publish.ts';
import { type Settled, settle } from '../settle.ts';
import { checkSpace } from '../space.ts';
import { withTiers } from '../tiers/with-tiers.ts';
import { rewriteFromRaw } from '../writing/from-raw.ts';
import { writeDisk } from '../writing/write-disk.ts';
import { type KeptSource, keptSources } from './kept-sources.ts';
import { makeBlocks } from './make-blocks.ts';
import { readAgain } from './read-again.ts';
import { optionsRecorded, planRecorded, provenRecorded, roleOf } from './recorded.ts';

/** A disk that was made again, and the origin of its bytes. */
export interface Remade {
  entry: Entry;
  from: 'source' | 'network' | 'tier';
  /** An address, or the name of the cached file. */
  where: string;
  /** Number of blocks made, if only the damaged ones were. */
  blocks?: number;
  /** Why the cached source was not used. */
  passed?: string;
}

/**
 * Makes a damaged disk again, from the cached files of its source or else from the addresses in its record. It uses
 * only bytes with the recorded digests, so plain http is as safe as https, and the record keeps its trust level. The
 * damaged file stays until the new one replaces it by rename. If the damaged blocks are known (`damaged`), only those
 * are made from a cached source. Needs the lock of its name. Throws the error of the last source.
 */
export async function remake(call: Call, record: ImageRecord, damaged?: Extents): Promise<Remade> {
  if (record.facts['diskSource'] !== undefined) {
    const entry = await readAgain(call, record);
    return { entry, from: 'source', where: `the disk ${record.facts['disk']}` };
  }
  const written = await rewriteFromRaw(call, record);
  if (written !== undefined) {
    return { entry: written.entry, from: 'source', where: `the raw disk ${written.raw}` };
  }
  // Blocks of a writer's file are not blocks of the disk.
  const damage = record.facts['writer'] === undefined ? damaged : undefined;
  const passed: string[] = [];
  for (const kept of await keptSources(call, record)) {
    try {
      const made = await fromKept(call, record, damage, kept);
      if (made !== undefined) return { ...made, from: 'source', where: kept.what };
    } catch (error) {
      if (call.signal.aborted || !isImageError(error)) throw error;
      passed.push(error.message);
      call.options.log({ level: 'info', message: `${kept.path} is not used: ${error.message}` });
    }
  }
  const { url, mirrors = [] } = record.source;
  const [first, ...others] = [url, ...mirrors].flatMap((address) => URL.parse(address) ?? []);
  if (first === undefined) throw noAddress(record);
  // Before the staging folder is opened, so that a download there can still be resumed.
  if (call.options.offline && first.protocol !== 'file:') throw offlineMiss(first);
  const { entry, origin } = await makeRecorded(call, record, first, others);
  const why = passed.length > 0 ? passed.join('; ') : undefined;
  const from = origin === 'tier' ? 'tier' : 'network';
  const where = from === 'tier' ? (entry.record.source.tier ?? '') : url;
  return { entry, from, where, ...defined({ passed: why }) };
}

/** Makes the damaged blocks if they are known, else the whole disk; `undefined` if this source cannot be used. */
async function fromKept(
  call: Call,
  record: ImageRecord,
  damage: Extents | undefined,
  kept: KeptSource,
): Promise<{ entry: Entry; blocks?: number } | undefined> {
  const { name } = record;
  if (damage !== undefined && roleOf(requireCacheName(name)) === 'disk') {
    await kept.verify();
    const damaged = { name, path: call.cache.pathOf(name), record };
    const made = await makeBlocks(call, damaged, damage, kept).catch((error: unknown) => {
      const isFinal = call.signal.aborted || !isImageError(error) || hasRemedy(error, 'cache');
      if (isFinal || !kept.isDownload) throw error;
      const message = `all of ${name} is rebuilt, not only its damaged blocks: ${error.message}`;
      call.options.log({ level: 'info', message });
      return undefined;
    });
    if (made !== undefined) return made;
  }
  if (!kept.isDownload) return undefined;
  const { entry } = await makeRecorded(call, record, pathToFileURL(kept.path), []);
  return { entry };
}

function noAddress({ name }: ImageRecord): NotFoundError {
  return new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: `the record of ${name} has no address`,
    hint: `Remove it with rootdisk cache rm ${name}, and get the image again.`,
    details: { field: 'url' },
  });
}

/** The origin of the bytes of a repaired disk, for people. */
export function describeRemade({ from, where, blocks, passed }: Omit<Remade, 'entry'>): string {
  if (from !== 'source') {
    const place = from === 'tier' ? `the tier ${where}` : where;
    return `fetched again from ${place}${passed === undefined ? '' : ` (${passed})`}`;
  }
  const what = blocks === undefined ? '' : `${blocks} damaged block${blocks === 1 ? '' : 's'} `;
  return `${what}made again from ${where}`;
}

/**
 * Makes a recorded disk from a tier's copy, from the bytes at `url`, or from other addresses. Needs the lock of its
 * name.
 */
export async function makeRecorded(
  asked: Call,
  record: ImageRecord,
  url: URL,
  mirrors: URL[],
): Promise<Obtained> {
  const call: Call = {
    ...asked,
    reference: record.name,
    options: optionsRecorded(asked.options, record),
    http: asked.openHttp({ named: [url, ...mirrors].map(String), allowPlain: true }),
  };
  const plan = planRecorded(record, url, mirrors);
  call.progress.begin(plan.role);
  const proven = provenRecorded(record);
  return withTiers({ call, plan, proven }, (asked) =>
    attemptInStaging(asked, async (making) => {
      await checkSpace(making);
      const fetching = await startFetch(making);
      const decoding = startDecode({ ...making, fetching });
      const settled = await writeDisk({
        ...making,
        settled: await settle({ ...making, fetching, decoding }),
      });
      call.progress.stage('publish', `publishing ${record.name}`);
      const draft = describeAgain({ ...making, settled }, record);
      const entry = await place({ ...making, settled }, draft);
      return { entry, origin: settled.fetched.tier === undefined ? 'network' : 'tier' };
    }),
  );
}

/** The facts about the new bytes; everything else stays as recorded. */
function describeAgain(making: Making & { settled: Settled }, record: ImageRecord): RecordDraft {
  const draft = describe(making);
  const { parameters, requests, aliases, trust, evidence, facts, guest } = record;
  const { url, mirrors } = record.source;
  const isKept = making.plan.artifact.url.protocol === 'file:';
  const tier = isKept ? record.source.tier : draft.source.tier;
  return {
    ...draft,
    ...{ parameters, requests, aliases, trust, evidence, facts, ...defined({ guest }) },
    source: { ...draft.source, url, ...defined({ mirrors, tier }) },
  };
}
