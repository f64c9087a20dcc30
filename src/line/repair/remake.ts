import { pathToFileURL } from 'node:url';
import type { RecordDraft } from '../../cache/entries/publish.ts';
import { type Entry, lookAt } from '../../cache/entries/read.ts';
import type { ImageRecord } from '../../cache/records/image-record.ts';
import { isImageError, NotFoundError } from '../../errors.ts';
import { offlineMiss } from '../../http/addresses/rules.ts';
import { defined } from '../../kit/defined.ts';
import { attemptInStaging } from '../attempt.ts';
import type { Call } from '../call.ts';
import { startDecode } from '../decode.ts';
import { startFetch } from '../fetch.ts';
import type { Making } from '../making.ts';
import { describe, place } from '../publish.ts';
import { type Settled, settle } from '../settle.ts';
import { checkSpace } from '../space.ts';
import { optionsRecorded, planRecorded, provenRecorded } from './recorded.ts';

/** A disk that was made again, and where its bytes are from. */
export interface Remade {
  entry: Entry;
  from: 'source' | 'network';
  url: string;
}

/**
 * Makes a damaged disk again: from the download that was kept beside it, or else from the addresses in its record. Only
 * bytes with the recorded digests are used, so plain http is as good as https, and the record keeps the trust that it
 * had. The damaged file stays where it is until the new one replaces it by rename. Needs the lock of its name. Throws
 * why the last place gave nothing.
 */
export async function remake(call: Call, record: ImageRecord): Promise<Remade> {
  const kept = await keptSource(call, record);
  if (kept !== undefined) {
    try {
      return { entry: await makeRecorded(call, record, kept, []), from: 'source', url: kept.href };
    } catch (error) {
      if (call.signal.aborted || !isImageError(error)) throw error;
      call.options.log({ level: 'info', message: `${kept.href} is not used: ${error.message}` });
    }
  }
  const { url, mirrors = [] } = record.source;
  const [first, ...others] = [url, ...mirrors].flatMap((address) => URL.parse(address) ?? []);
  if (first === undefined) throw noAddress(record);
  // Before the staging folder is opened: a download that can be continued stays there.
  if (call.options.offline && first.protocol !== 'file:') throw offlineMiss(first);
  return { entry: await makeRecorded(call, record, first, others), from: 'network', url };
}

function noAddress({ name }: ImageRecord): NotFoundError {
  return new NotFoundError({
    code: 'ERR_NOT_FOUND',
    message: `the record of ${name} holds no address`,
    hint: `Remove it (rootdisk cache rm ${name}) and get the image again.`,
    details: { field: 'url' },
  });
}

/** Where the bytes of a disk that was made again are from, for people. */
export function describeRemade({ from, url }: Remade): string {
  return from === 'source' ? 'made again from its kept download' : `fetched again from ${url}`;
}

/** The kept download, where it has the recorded length; its digests show when it is read. */
async function keptSource({ cache }: Call, record: ImageRecord): Promise<URL | undefined> {
  const path = cache.sourcePathOf(record.name);
  const stats = await lookAt(path);
  const isWhole = stats?.isFile() === true && stats.size === record.source.sizeBytes;
  return isWhole ? pathToFileURL(path) : undefined;
}

/** Makes a recorded disk from the bytes at `url`, or else at other addresses. Needs the lock of its name. */
export async function makeRecorded(
  asked: Call,
  record: ImageRecord,
  url: URL,
  mirrors: URL[],
): Promise<Entry> {
  const call: Call = {
    ...asked,
    reference: record.name,
    options: optionsRecorded(asked.options, record),
    http: asked.openHttp({ named: [url, ...mirrors].map(String), allowPlain: true }),
  };
  const plan = planRecorded(record, url, mirrors);
  call.progress.begin(plan.role);
  const proven = provenRecorded(record);
  return attemptInStaging({ call, plan, proven }, async (making) => {
    await checkSpace(making);
    const fetching = await startFetch(making);
    const decoding = startDecode({ ...making, fetching });
    const settled = await settle({ ...making, fetching, decoding });
    call.progress.stage('publish', `publishing ${record.name}`);
    return place({ ...making, settled }, describeAgain({ ...making, settled }, record));
  });
}

/** What the bytes say is new; what was known of them stays as it was recorded. */
function describeAgain(making: Making & { settled: Settled }, record: ImageRecord): RecordDraft {
  const draft = describe(making);
  const { parameters, requests, aliases, trust, evidence, facts, guest } = record;
  const { url, mirrors } = record.source;
  return {
    ...draft,
    ...{ parameters, requests, aliases, trust, evidence, facts, ...defined({ guest }) },
    source: { ...draft.source, url, ...defined({ mirrors }) },
  };
}
