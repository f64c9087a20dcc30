import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Warning } from '../../../src/contracts/log.ts';
import { createLogins } from '../../../src/oci/auth/logins.ts';
import type { RegistryLogin } from '../../../src/oci/auth/registry-login.ts';
import { authOf, type OwnHome, openOwnHome } from './own-home.ts';

let home: OwnHome;
let warnings: Warning[];
beforeEach(async () => {
  home = await openOwnHome();
  warnings = [];
});
afterEach(() => home.close());

const find = (host: string, repository = 'fleet/images'): Promise<RegistryLogin | undefined> =>
  createLogins({ warn: (warning) => warnings.push(warning) }).find(
    new URL(`https://${host}/v2/`),
    repository,
    new AbortController().signal,
  );
const entry = (username: string, password = 'secret') => ({
  auth: authOf(`${username}:${password}`),
});
const login = (username: string, password = 'secret') => ({ username, password });
const docker = '.docker/config.json';
const podman = 'run/containers/auth.json';

test('a host without any file sends no login', async () => {
  expect(await find('registry.example')).toBeUndefined();
});

test.each([
  ['registry.example', 'registry.example'],
  ['https://registry.example', 'registry.example'],
  ['https://registry.example/v2/', 'registry.example'],
  ['REGISTRY.example/', 'registry.example'],
  ['registry.example:5000', 'registry.example:5000'],
  ['https://index.docker.io/v1/', 'registry-1.docker.io'],
  ['docker.io', 'registry-1.docker.io'],
])('the key %s is a login for %s', async (key, host) => {
  await home.write(docker, { auths: { [key]: entry('me', 'pass:word') } });
  expect(await find(host)).toEqual(login('me', 'pass:word'));
  expect(await find('other.example')).toBeUndefined();
});

test('the port is part of the host', async () => {
  await home.write(docker, { auths: { 'registry.example': entry('me') } });
  expect(await find('registry.example:5000')).toBeUndefined();
});

test('the forms of a login are read', async () => {
  await home.write(docker, {
    auths: {
      'a.example': { username: 'me', password: 'secret' },
      'b.example': { auth: authOf('me:x'), identitytoken: 'refresh' },
      'c.example': { registrytoken: 'bearer' },
      'd.example': {},
      'e.example': { auth: 'no base64 ***' },
      'f.example': { auth: authOf('me:secret\0\0') },
    },
  });
  expect(await find('a.example')).toEqual(login('me'));
  expect(await find('b.example')).toEqual({ identityToken: 'refresh' });
  expect(await find('c.example')).toEqual({ registryToken: 'bearer' });
  expect(await find('d.example')).toBeUndefined();
  expect(await find('e.example')).toBeUndefined();
  expect(await find('f.example')).toEqual(login('me'));
});

test('the longest matching namespace gives the login', async () => {
  await home.write(podman, {
    auths: {
      'registry.example': entry('all'),
      'registry.example/fleet': entry('fleet'),
      'registry.example/fleet/images': entry('images'),
      'registry.example/fle': entry('wrong'),
    },
  });
  expect(await find('registry.example', 'fleet/images')).toEqual(login('images'));
  expect(await find('registry.example', 'fleet/images/more')).toEqual(login('images'));
  expect(await find('registry.example', 'fleet/other')).toEqual(login('fleet'));
  expect(await find('registry.example', 'flee')).toEqual(login('all'));
});

test('a named file is preferred, then docker, then podman', async () => {
  const auths = (username: string) => ({ auths: { 'registry.example': entry(username) } });
  await home.write('.config/containers/auth.json', auths('config'));
  expect(await find('registry.example')).toEqual(login('config'));
  await home.write(podman, auths('runtime'));
  expect(await find('registry.example')).toEqual(login('runtime'));
  await home.write(docker, auths('docker'));
  expect(await find('registry.example')).toEqual(login('docker'));
  await home.write('elsewhere/config.json', auths('elsewhere'));
  process.env['DOCKER_CONFIG'] = `${home.dir}/elsewhere`;
  expect(await find('registry.example')).toEqual(login('elsewhere'));
  await home.write('named.json', auths('named'));
  process.env['REGISTRY_AUTH_FILE'] = `${home.dir}/named.json`;
  expect(await find('registry.example')).toEqual(login('named'));
});

test('the helper of a host is preferred to the store, and the store to the file', async () => {
  const tells = (name: string) => `cat >/dev/null; echo '{"Username":"${name}","Secret":"secret"}'`;
  await home.helper('own', tells('own'));
  await home.helper('store', tells('store'));
  const auths = { 'a.example': entry('file'), 'b.example': entry('file') };
  await home.write(docker, { auths });
  expect(await find('b.example')).toEqual(login('file'));
  await home.write(docker, { auths, credsStore: 'store', credHelpers: { 'a.example': 'own' } });
  expect(await find('a.example')).toEqual(login('own'));
  expect(await find('b.example')).toEqual(login('store'));
});

test('a store without a login is followed by the file, and Docker Hub has its own key there', async () => {
  const none = 'credentials not found in native keychain';
  await home.helper('store', `cat >"$HOME/asked"; echo '${none}'; exit 1`);
  await home.write(docker, { auths: { 'docker.io': entry('file') }, credsStore: 'store' });
  expect(await find('registry-1.docker.io')).toEqual(login('file'));
  await home.helper(
    'store',
    `read -r server; echo "{\\"Username\\":\\"$server\\",\\"Secret\\":\\"s\\"}"`,
  );
  expect(await find('registry-1.docker.io')).toEqual(login('https://index.docker.io/v1/', 's'));
  expect(await find('registry.example:5000')).toEqual(login('registry.example:5000', 's'));
  expect(warnings).toEqual([]);
});

test('a failing helper gives a warning, and the file is used', async () => {
  await home.helper('store', 'echo "out: hunter2"; exit 3');
  await home.write(docker, { auths: { 'a.example': entry('file') }, credsStore: 'store' });
  expect(await find('a.example')).toEqual(login('file'));
  expect(warnings).toEqual([
    { code: 'registry-login', message: expect.stringContaining('docker-credential-store failed') },
  ]);
  expect(JSON.stringify(warnings)).not.toContain('hunter2');
});

test.each(['{"auths": {"a": {"auth": "hunter2', '[]', '{"auths": ["hunter2"]}', 'hunter2'])(
  'a file with %j is an error that names the file and shows nothing of its content',
  async (text) => {
    await home.write(docker, text);
    const failure: unknown = await find('a.example').catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'ERR_INVALID_REQUEST',
      details: { value: `${home.dir}/${docker}` },
    });
    const { stack, cause } = failure as Error;
    expect(`${stack}${JSON.stringify(failure)}${cause}`).not.toContain('hunter2');
  },
);
