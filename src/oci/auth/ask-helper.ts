import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parseRecord } from '../../kit/records.ts';
import type { RegistryLogin } from './registry-login.ts';

const helperMs = 10_000;
const maxToldBytes = 64 * 1024;
/** docker/docker-credential-helpers, credentials/error.go: printed on stdout, with exit status 1. */
const none = 'credentials not found in native keychain';
const known = [none, 'no credentials server URL', 'no credentials username'];

/**
 * Runs `docker-credential-<suffix> get` for the login of a server; `undefined` if it has none. Its errors never
 * contain the helper's output, because that may be a secret.
 */
export async function askHelper(
  suffix: string,
  server: string,
  signal: AbortSignal,
  timeMs: number = helperMs,
): Promise<RegistryLogin | undefined> {
  // A file name that is found by PATH: the configuration must not choose a path.
  if (!/^\w[\w.-]*$/.test(suffix))
    throw new Error('the name of its credential helper is not a file name');
  const name = `docker-credential-${suffix}`;
  const stop = AbortSignal.any([signal, AbortSignal.timeout(timeMs)]);
  signal.throwIfAborted();
  const child = spawn(name, ['get'], { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
  const ended = once(child, 'close');
  // Awaited below; the empty handler keeps Node from reporting it earlier.
  ended.catch(() => undefined);
  let isRunning = child.pid !== undefined;
  child.once('exit', () => {
    isRunning = false;
  });
  // In its own process group: a helper that is a script is stopped together with the processes that it started.
  const kill = (): void => {
    try {
      if (isRunning && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // The process has just ended.
    }
    child.stdout.destroy();
  };
  stop.addEventListener('abort', kill, { once: true });
  try {
    child.stdin.on('error', () => undefined).end(server);
    const told = await readSome(child.stdout);
    if (told === undefined) kill();
    const [code] = await ended.catch((error: unknown) => {
      throw new Error(`${name} cannot be run: ${Reflect.get(Object(error), 'code')}`);
    });
    if (stop.aborted) throw new Error(`${name} did not answer within ${timeMs / 1000} s`);
    if (told === undefined) throw new Error(`${name} answers with more than ${maxToldBytes} bytes`);
    if (code === 0) return parseLogin(name, told);
    const said = known.find((text) => told.includes(text));
    if (said === none) return undefined;
    throw new Error(`${name} failed: ${said ?? `status ${code}`}`);
  } finally {
    stop.removeEventListener('abort', kill);
  }
}

async function readSome(stdout: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of stdout) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxToldBytes) return undefined;
    }
  } catch {
    // The process was stopped; the caller knows why.
  }
  return Buffer.concat(chunks).toString();
}

function parseLogin(name: string, text: string): RegistryLogin | undefined {
  let fields: Record<string, unknown>;
  try {
    fields = parseRecord(JSON.parse(text), 'helper');
  } catch {
    throw new Error(`${name} does not answer with JSON`);
  }
  const { Username: username, Secret: secret } = fields;
  if (typeof username !== 'string' || typeof secret !== 'string' || secret === '') return undefined;
  if (username === '<token>') return { identityToken: secret };
  return username === '' ? undefined : { username, password: secret };
}
