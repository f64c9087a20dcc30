import { readFile } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { UsageError } from '../../errors.ts';
import { defined } from '../../kit/defined.ts';
import { parseOptional, parseRecord, parseText } from '../../kit/records.ts';

/** The content of a login file of docker or podman. */
export interface LoginFile {
  path: string;
  auths: Record<string, LoginEntry>;
  credHelpers: Record<string, string>;
  credsStore: string | undefined;
}

const words = ['auth', 'username', 'password', 'identitytoken', 'registrytoken'] as const;
type LoginEntry = Partial<Record<(typeof words)[number], string>>;

const maxFileBytes = 1024 * 1024;

/**
 * The existing files, best first: the named one, docker's, podman's. Throws `ERR_INVALID_REQUEST` for a file in
 * another format.
 */
export async function readLoginFiles(): Promise<LoginFile[]> {
  const files = await Promise.all([...new Set(loginPaths())].map(readLoginFile));
  return files.filter((file) => file !== undefined);
}

function loginPaths(): string[] {
  const { env } = process;
  const home = env['HOME'] || homedir();
  const runtime = env['XDG_RUNTIME_DIR'];
  const paths = [
    env['REGISTRY_AUTH_FILE'],
    join(env['DOCKER_CONFIG'] || join(home, '.docker'), 'config.json'),
    join(runtime ? join(runtime, 'containers') : rootless(), 'auth.json'),
    join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'containers', 'auth.json'),
  ];
  return paths.flatMap((path) => (path ? [resolve(path)] : []));
}

const rootless = (): string => `/run/containers/${userInfo().uid}`;

async function readLoginFile(path: string): Promise<LoginFile | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = Reflect.get(Object(error), 'code');
    // The system's folder may be readable only by root.
    const isClosed = code === 'EACCES' && path.startsWith(rootless());
    if (code === 'ENOENT' || code === 'ENOTDIR' || isClosed) return undefined;
    throw unreadable(path, typeof code === 'string' ? code : 'unknown error');
  }
  try {
    if (text.length > maxFileBytes) throw new Error('too long');
    return { path, ...parseLoginFile(JSON.parse(text)) };
  } catch {
    // The parser's message may quote the file.
    throw unreadable(path, 'it is not a login file in JSON');
  }
}

function parseLoginFile(value: unknown): Omit<LoginFile, 'path'> {
  const file = parseRecord(value, 'file');
  const auths = Object.entries(parseOptional(file['auths'], 'auths', parseRecord) ?? {});
  const helpers = Object.entries(
    parseOptional(file['credHelpers'], 'credHelpers', parseRecord) ?? {},
  );
  return {
    auths: Object.fromEntries(auths.map(([key, entry]) => [key, parseEntry(entry)])),
    credHelpers: Object.fromEntries(
      helpers.map(([key, suffix]) => [key, parseText(suffix, 'credHelpers')]),
    ),
    credsStore: parseOptional(file['credsStore'], 'credsStore', parseText) || undefined,
  };
}

function parseEntry(value: unknown): LoginEntry {
  const entry = parseRecord(value, 'auths');
  const texts = words.map((word) => [word, parseOptional(entry[word], word, parseText)] as const);
  return defined(Object.fromEntries(texts));
}

function unreadable(path: string, why: string): UsageError {
  return new UsageError({
    code: 'ERR_INVALID_REQUEST',
    message: `${path}, which holds logins of registries, cannot be read: ${why}`,
    hint: 'Correct the file, or name another one with REGISTRY_AUTH_FILE or DOCKER_CONFIG.',
    details: { field: 'REGISTRY_AUTH_FILE', value: path },
  });
}
