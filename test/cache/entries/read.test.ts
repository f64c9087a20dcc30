import {
  appendFile,
  chmod,
  copyFile,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { openCache } from '../../../src/cache/cache-folder.ts';
import { findEntries } from '../../../src/cache/entries/find.ts';
import { readEntry } from '../../../src/cache/entries/read.ts';
import type { LogEntry } from '../../../src/contracts/log.ts';
import { tempDir } from '../temp-dir.ts';
import { makeDraft, makeEntry, nameOf } from './make-entry.ts';

const name = nameOf('1');

describe('readEntry', () => {
  it('returns a complete entry', async () => {
    const cache = await openCache(await tempDir());
    const made = await makeEntry(cache, name, 'x', { keepSource: true });
    expect(await readEntry(cache, name)).toEqual(made);
    expect(made).toMatchObject({
      name,
      path: cache.pathOf(name),
      source: cache.sourcePathOf(name),
    });
    await rm(cache.sourcePathOf(name));
    expect(await readEntry(cache, name)).not.toHaveProperty('source');
  });

  it('returns nothing for an incomplete one, and the log gives the reason', async () => {
    const log: LogEntry[] = [];
    const cache = await openCache(await tempDir(), { log: (entry) => log.push(entry) });
    const path = cache.pathOf(name);
    const record = cache.recordPathOf(name);
    const damages: [string, () => Promise<void>][] = [
      ['missing', () => rm(path)],
      ['missing', () => rm(record)],
      ['bytes', () => truncate(path, 100)],
      ['bytes', () => appendFile(path, 'x')],
      ['changed', () => utimes(path, 1, 1)],
      ['record', () => truncate(record, 50)],
      ['record', () => writeFile(record, '{}')],
      ['that of', () => copyFile(cache.recordPathOf(nameOf('2')), record)],
      [
        'regular file',
        async () => {
          await rename(path, `${path}.moved`);
          await symlink(`${path}.moved`, path);
        },
      ],
      [
        'record',
        async () => {
          await rename(record, `${record}.moved`);
          await symlink(`${record}.moved`, record);
        },
      ],
    ];
    await makeEntry(cache, nameOf('2'));
    for (const [why, damage] of damages) {
      await rm(path, { force: true });
      await rm(record, { force: true });
      await makeEntry(cache, name);
      await chmod(path, 0o644);
      expect(await readEntry(cache, name)).toBeDefined();
      log.length = 0;
      await damage();
      expect(await readEntry(cache, name)).toBeUndefined();
      expect(log.map(({ message }) => message).join('\n')).toContain(why);
    }
    expect(await findEntries(cache, {})).toHaveLength(1);
  });

  it('logs nothing for a name that never existed', async () => {
    const log: LogEntry[] = [];
    const cache = await openCache(await tempDir(), { log: (entry) => log.push(entry) });
    expect(await readEntry(cache, name)).toBeUndefined();
    expect(log).toEqual([]);
  });
});

describe('findEntries', () => {
  it('finds by request, alias, identity and base, newest first', async () => {
    const cache = await openCache(await tempDir());
    const { identity } = makeDraft('x');
    await makeEntry(cache, nameOf('1'), 'one', {
      change: { requests: ['a', 'b'], aliases: ['base'] },
    });
    await makeEntry(cache, nameOf('2'), 'two', { change: { requests: ['a'] } });
    await makeEntry(cache, nameOf('2'), 'moved', { change: { requests: ['c'] } });
    await makeEntry(cache, 'debian_13_genericcloud_arm64_20260801.raw', 'three', {
      change: {
        requests: [],
        identity: {
          ...identity,
          vendor: 'debian',
          release: '13',
          codename: 'trixie',
          version: '13.7',
        },
      },
    });
    const sibling = (await findEntries(cache, { request: 'c' }))[0]?.name;
    expect(sibling).toMatch(/_2~[0-9a-f]{8}\.raw$/);
    const names = async (filter: object) =>
      (await findEntries(cache, filter)).map((entry) => entry.name);
    const debian = 'debian_13_genericcloud_arm64_20260801.raw';
    expect(await names({})).toEqual([debian, sibling, nameOf('2'), nameOf('1')]);
    expect(await names({ request: 'a' })).toEqual([nameOf('2'), nameOf('1')]);
    expect(await names({ alias: 'base' })).toEqual([nameOf('1')]);
    expect(await names({ base: nameOf('2') })).toEqual([sibling, nameOf('2')]);
    expect(await names({ vendor: 'debian' })).toEqual([debian]);
    for (const release of ['13', 'Trixie', '13.7'])
      expect(await names({ release })).toEqual([debian]);
    expect(await names({ release: 'latest' })).toEqual([]);
    expect(await names({ arch: 'amd64', snapshot: '1' })).toEqual([nameOf('1')]);
    expect(await names({ arch: 'amd64', variant: 'minimal' })).toEqual([]);
    expect(await names({ vendor: 'debian', parametersHash: null })).toEqual([debian]);
    expect(await names({ vendor: 'debian', parametersHash: '01234567' })).toEqual([]);
    expect(await names({ format: 'qcow2' })).toEqual([]);
    const { sha256 } = makeDraft('two').source;
    expect(await names({ sourceSha256: sha256 })).toEqual([nameOf('2')]);
  });
});
