import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { parseOptional, parseRecord, parseText } from '../../kit/records.ts';
import { asBookkeeping } from '../bookkeeping.ts';
import type { Cache } from '../cache.ts';
import { readSmallFile } from '../read-small-file.ts';
import { lockState, replaceState } from './state-file.ts';
import { readList, readTime } from './values.ts';

/** Which builds are compared for their order: those that answered one request, or those of one release. */
export interface SourceKey {
  /** `asked`: by the words of the request, such as `latest`. `answered`: by those of the vendor's answer. */
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

/** What was accepted from a source; later answers must not be older. Times are ISO 8601. */
export interface SourceState {
  /** The newest build; several if the names of builds have no order. */
  builds: AcceptedBuild[];
  /** When the documents of an address were signed, by address. */
  signed: Record<string, string>;
  /** The newest date of a signature that covers the file, by the role of the file. */
  files: Record<string, string>;
  /** Roles of files that had a signature. */
  signedRoles: string[];
}

const unknown: SourceState = { builds: [], signed: {}, files: {}, signedRoles: [] };

/** The stored state of a source; empty if there is none or it cannot be read (the caller gets a warning). */
export async function readSourceState(cache: Cache, key: SourceKey): Promise<SourceState> {
  const path = pathOf(cache, key);
  const what = 'it is not known what was accepted before';
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
 * Changes the stored state of a source under its lock: `change` receives the current state and returns the new one,
 * or `undefined` to keep it.
 */
export async function changeSourceState(
  cache: Cache,
  key: SourceKey,
  change: (before: SourceState) => SourceState | undefined,
): Promise<void> {
  const path = pathOf(cache, key);
  // The usual case; checking is cheaper than taking the lock.
  if (change(await readSourceState(cache, key)) === undefined) return;
  await asBookkeeping(cache, 'what was accepted was not stored', undefined, async () => {
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
  // Without a first word, as version 0.1 wrote them: it knew only `answered`.
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
