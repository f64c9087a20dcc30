import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { askHelper } from '../../../src/oci/auth/ask-helper.ts';
import { type OwnHome, openOwnHome } from './own-home.ts';

let home: OwnHome;
beforeEach(async () => {
  home = await openOwnHome();
});
afterEach(() => home.close());

const { signal } = new AbortController();
const ask = (timeMs?: number, stop = signal) => askHelper('x', 'registry.example', stop, timeMs);

test('a helper gets the server on stdin and one word, and prints a login', async () => {
  await home.helper(
    'x',
    `[ "$*" = get ] && read -r s; echo "{\\"Username\\":\\"$s\\",\\"Secret\\":\\"pw\\"}"`,
  );
  expect(await ask()).toEqual({ username: 'registry.example', password: 'pw' });
});

test('the user <token> means a refresh token', async () => {
  await home.helper('x', `echo '{"ServerURL":"r","Username":"<token>","Secret":"refresh"}'`);
  expect(await ask()).toEqual({ identityToken: 'refresh' });
});

test.each([
  ['echo "credentials not found in native keychain"; exit 1'],
  [`echo '{"Username":"","Secret":"pw"}'`],
  [`echo '{"Username":"me","Secret":""}'`],
])('%s is not a login', async (script) => {
  await home.helper('x', script);
  expect(await ask()).toBeUndefined();
});

test.each([
  ['echo "no credentials server URL"; exit 1', 'no credentials server URL'],
  ['echo hunter2; exit 1', 'status 1'],
  ['echo hunter2', 'not answer with JSON'],
  ['echo "[1, \\"hunter2\\"]"', 'not answer with JSON'],
  ['yes hunter2', 'more than 65536 bytes'],
])("%s is an error without the helper's output", async (script, words) => {
  await home.helper('x', script);
  const failure: unknown = await ask().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  const { message, stack, cause } = failure as Error;
  expect(message).toContain(words);
  expect(`${stack}${cause}`).not.toContain('hunter2');
});

test('a helper that does not answer is stopped, with its child processes', async () => {
  await home.helper('x', 'sleep 60; touch "$HOME/went-on"');
  await expect(ask(300)).rejects.toThrow('within 0.3 s');
  expect(existsSync(`${home.dir}/went-on`)).toBe(false);
});

test('an abort stops a helper', async () => {
  await home.helper('x', 'sleep 60');
  const stop = new AbortController();
  const asking = ask(undefined, stop.signal);
  setTimeout(() => stop.abort(new Error('enough')), 100);
  await expect(asking).rejects.toThrow();
});

test('a missing helper is named', async () => {
  await expect(ask()).rejects.toThrow('docker-credential-x cannot be run: ENOENT');
});

test.each(['../x', '/bin/x', 'x y', 'x;y', '', '-x', '$(x)'])(
  'the suffix %j is refused',
  async (suffix) => {
    await home.helper('x', 'touch "$HOME/ran"');
    await expect(askHelper(suffix, 'registry.example', signal)).rejects.toThrow('not a file name');
    expect(existsSync(`${home.dir}/ran`)).toBe(false);
  },
);
