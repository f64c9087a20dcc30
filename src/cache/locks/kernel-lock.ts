import { accessSync, constants } from 'node:fs';
import type * as Sqlite from 'node:sqlite';
import { CacheError } from '../../errors.ts';
import { isErrno } from '../cache-error.ts';

/** SQLite allows 512 bytes, including 8 for the name of a journal file, which is never created here. */
export const maxLockPathBytes: number = 504;

export type LockMode = 'exclusive' | 'shared';

/** A lock that the kernel releases when the process ends, for whatever reason. */
export interface KernelLock {
  release(): void;
}

// The garbage collector closes an unreachable connection, which would release its lock.
const live = new Set<Sqlite.DatabaseSync>();

// SQLite's transaction on an empty database is a POSIX record lock, on every platform that Node runs on, and it also
// counts between connections of one process. Nothing is ever written; the in-memory journal avoids a `-journal` file.
const statements: Record<LockMode, string> = {
  exclusive: 'PRAGMA busy_timeout=0; PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE',
  shared: 'PRAGMA busy_timeout=0; PRAGMA journal_mode=MEMORY; BEGIN; SELECT * FROM sqlite_master',
};

// https://sqlite.org/rescode.html, primary result codes
const busy = 5;
const locked = 6;
const ioError = 10;
const cannotOpen = 14;
const protocol = 15;

/**
 * Tries to take the lock on `path`, without waiting: `undefined` while another holder has a conflicting one. Creates
 * the file if it is missing. Throws `ERR_CACHE_IO` if the file system has no locks, and file system errors.
 *
 * POSIX record locks vanish when any descriptor of the file is closed in the process: no other code may open it.
 */
export function tryKernelLock(path: string, mode: LockMode): KernelLock | undefined {
  const { DatabaseSync } = loadSqlite();
  let database: Sqlite.DatabaseSync | undefined;
  try {
    // SQLite opens a file that it may not write for reading. That is enough for a shared lock, but BEGIN EXCLUSIVE
    // would then silently take a shared one.
    database = new DatabaseSync(path);
    if (mode === 'exclusive') requireWritable(path);
    database.exec(statements[mode]);
  } catch (error) {
    database?.close();
    const code = resultCode(error);
    if (code === busy || code === locked) return undefined;
    throw code === undefined ? error : unlockable(path, code, error);
  }
  const held = database;
  live.add(held);
  return {
    release: () => {
      if (live.delete(held)) held.close();
    },
  };
}

/**
 * True if a lock works on a new file that no other process knows. A file that others may hold proves nothing: where
 * locks do not work, the errors of the system (ENOLCK, EACCES, ETIMEDOUT) look as if it were taken. Creates the file.
 */
export function canLock(freshPath: string): boolean {
  try {
    const lock = tryKernelLock(freshPath, 'exclusive');
    lock?.release();
    return lock !== undefined;
  } catch (error) {
    const code = resultCode(error instanceof CacheError ? error.cause : error);
    if (code === ioError || code === protocol) return false;
    throw error;
  }
}

let sqlite: typeof Sqlite | undefined;

/** Loaded on the first lock, because Node 22 and early 24 print an ExperimentalWarning when it loads. */
function loadSqlite(): typeof Sqlite {
  if (sqlite !== undefined) return sqlite;
  const original = process.emitWarning;
  // The few functions used here are stable since Node 22.5, and the caller of this package did not ask for SQLite.
  // Only this warning is dropped, and only during this synchronous call.
  process.emitWarning = (...parameters: unknown[]): void => {
    const [warning, kind] = parameters;
    if (kind === 'ExperimentalWarning' && String(warning).startsWith('SQLite ')) return;
    Reflect.apply(original, process, parameters);
  };
  try {
    // Missing with --no-experimental-sqlite and in builds without SQLite, although the types say otherwise.
    sqlite = process.getBuiltinModule('node:sqlite') as typeof Sqlite | undefined;
  } finally {
    process.emitWarning = original;
  }
  if (sqlite !== undefined) return sqlite;
  throw new CacheError({
    code: 'ERR_CACHE_IO',
    message: 'this Node.js has no node:sqlite, which the locks of the cache need',
    hint: 'Use an official build of Node.js, without --no-experimental-sqlite.',
    details: {},
  });
}

function requireWritable(path: string): void {
  try {
    accessSync(path, constants.W_OK);
  } catch (error) {
    // Removed after it was opened: `tryLockFile` notices it with its second look.
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

/**
 * Deno gives the code of the module and the sentence of SQLite (`sqlite3_errstr`); Node.js and Bun also give SQLite's
 * code.
 */
const sentences: readonly [start: string, code: number][] = [
  ['database is locked', busy],
  ['database table is locked', locked],
  ['disk I/O error', ioError],
  ['unable to open database file', cannotOpen],
  ['locking protocol', protocol],
];

function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff;
  if (!('code' in error) || error.code !== 'ERR_SQLITE_ERROR') return undefined;
  return sentences.find(([start]) => error.message.startsWith(start))?.[1];
}

function unlockable(path: string, code: number, cause: unknown): CacheError {
  return new CacheError({
    code: 'ERR_CACHE_IO',
    message: `cannot lock ${path}: SQLite result ${code}`,
    hint:
      code === cannotOpen
        ? 'Check that the cache folder is writable.'
        : 'Keep the cache on a file system with record locks (NFS needs lockd), or name another with cacheDir (--cache-dir).',
    details: { path },
    cause,
  });
}
