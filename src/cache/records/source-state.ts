import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { parseOptional, parseRecord, parseText } from '../../kit/records.ts';
import { asBookkeeping } from '../bookkeeping.ts';
import type { Cache } from '../cache.ts';
import { readSmallFile } from '../read-small-file.ts';
import { lockState, replaceState } from './state-file.ts';
import { readList, readTime } from './values.ts';

/** Which disks follow each other: the builds that one request is answered with, or those of one release. */
export interface SourceKey {
  /** `asked`: in the words of the request, such as `latest`. `answered`: in those of the vendor's answer. */
  by: 'asked' | 'answered';
  vendor: string;
  release: string;
  variant: string;
  arch: string;
  parametersHash?: string | undefined;
}

export interface AcceptedBuild {
  release: string;
  snapshot: string;
}

/** What was accepted of a source: what comes later may not be older. Times are ISO 8601. */
export interface SourceState {
  /** The newest build; more than one where the names of builds have no order among them. */
  builds: AcceptedBuild[];
  /** When the documents of an address were signed, by its address. */
  signed: Record<string, string>;
  /** The newest date of a signature that covers the file, by the file's role. */
  files: Record<string, string>;
  /** Roles of files for which a signature was seen. */
  signedRoles: string[];
}

const unknown: SourceState = { builds: [], signed: {}, files: {}, signedRoles: [] };

/** What is known of a source; nothing where nothing was kept, or what was kept cannot be read (the caller is warned). */
export async function readSourceState(cache: Cache, key: SourceKey): Promise<SourceState> {
  const path = pathOf(cache, key);
  const what = 'what was accepted before is not known';
  const text = await asBookkeeping(cache, what, undefined, () => readSmallFile(path));
  if (text === undefined) return unknown;
  try {
    return parseState(text, key);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    cache.warn({
      code: 'state-damaged',
      message: `${path} cannot be read, so an answer older than one that was accepted before is not noticed: ${reason}`,
    });
    return unknown;
  }
}

/**
 * Changes what is kept of a source, alone among all processes: `change` is given what is kept at that moment, and answers
 * with what is to be kept, or with nothing where that is the same.
 */
export async function changeSourceState(
  cache: Cache,
  key: SourceKey,
  change: (before: SourceState) => SourceState | undefined,
): Promise<void> {
  const path = pathOf(cache, key);
  // As nearly always; a lock costs more than a look.
  if (change(await readSourceState(cache, key)) === undefined) return;
  await asBookkeeping(cache, 'what was accepted is not noted', undefined, async () => {
    const lock = await lockState(cache, path);
    try {
      const after = change(await readSourceState(cache, key));
      if (after === undefined) return;
      const text = `${JSON.stringify({ schema: 2, source: key, ...after })}\n`;
      await replaceState(path, text);
    } finally {
      await lock.release();
    }
  });
}

function pathOf(cache: Cache, key: SourceKey): string {
  const { by, vendor, release, variant, arch, parametersHash = '' } = key;
  const names = [vendor, release, variant, arch, parametersHash];
  // Without a first word as version 0.1 wrote them, which knew answers only.
  const text = JSON.stringify(by === 'answered' ? names : [by, ...names]);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return join(cache.folder('state'), `${hash}.json`);
}

function parseState(text: string, { release }: SourceKey): SourceState {
  if (text === '') throw new Error('it is empty');
  const value = parseRecord(JSON.parse(text), 'state');
  const signed = readTimes(value['signed'], 'signed');
  if (value['schema'] === 1) {
    const snapshot = parseOptional(value['snapshot'], 'snapshot', parseText);
    return { ...unknown, builds: snapshot === undefined ? [] : [{ release, snapshot }], signed };
  }
  if (value['schema'] !== 2) throw new Error('schema should be 1 or 2');
  return {
    builds: readList(value['builds'], 'builds', (item, where) => {
      const build = parseRecord(item, where);
      return {
        release: parseText(build['release'], `${where}.release`),
        snapshot: parseText(build['snapshot'], `${where}.snapshot`),
      };
    }),
    signed,
    files: readTimes(value['files'], 'files'),
    signedRoles: readList(value['signedRoles'], 'signedRoles', parseText),
  };
}

function readTimes(value: unknown, where: string): Record<string, string> {
  const times = Object.entries(parseRecord(value, where));
  return Object.fromEntries(
    times.map(([name, time]) => [name, readTime(time, `${where} ${name}`)]),
  );
}
