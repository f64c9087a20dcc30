import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { registryTier } from '../../../src/oci/registry-tier.ts';
import { sha256Of } from '../fake-registry.ts';
import { contextOf, fileOf, pull, store, uploadOf } from '../visiting.ts';
import { type DockerRegistry, startDockerRegistry } from './docker-registry.ts';
import { describeWith, runProgram } from './programs.ts';
import { startTokenServer, type TokenServer } from './token-server.ts';

describeWith(['docker-registry', 'htpasswd', 'openssl'], 'a registry that wants a login', () => {
  let folder: string;
  let basic: DockerRegistry;
  let bearer: DockerRegistry;
  let tokens: TokenServer;
  const before = { ...process.env };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rootdisk-oci-'));
    // Only the logins of this test.
    process.env['DOCKER_CONFIG'] = folder;
    process.env['REGISTRY_AUTH_FILE'] = join(folder, 'none.json');
    process.env['XDG_RUNTIME_DIR'] = folder;
    process.env['XDG_CONFIG_HOME'] = folder;
    tokens = await startTokenServer(folder);
    bearer = await startDockerRegistry({ auth: async () => tokens.auth });
    basic = await startDockerRegistry({
      async auth(home) {
        const path = join(home, 'htpasswd');
        await writeFile(path, runProgram('htpasswd', ['-Bbn', 'fleet', 'secret']));
        return ['htpasswd:', '  realm: fleet', `  path: ${path}`];
      },
    });
  });
  afterAll(async () => {
    process.env = before;
    await basic?.remove();
    await bearer?.remove();
    await tokens?.close();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => await logIn('secret'));

  async function logIn(password: string | undefined): Promise<void> {
    const auth = Buffer.from(`fleet:${password}`).toString('base64');
    const login = password === undefined ? {} : { auth };
    const auths = Object.fromEntries([basic, bearer].map(({ host }) => [host, login]));
    const kept = password === undefined ? {} : auths;
    await writeFile(join(folder, 'config.json'), JSON.stringify({ auths: kept }));
  }

  const bytes = randomBytes(500_000);
  const tierOf = (registry: DockerRegistry, repository: string, from?: string) =>
    registryTier({ registry: registry.host, repository, write: true, herd: false, from });

  describe.each([
    ['by name and password', () => basic],
    ['by tokens', () => bearer],
  ])('%s', (_, registry) => {
    test('images are pushed and pulled with the login of docker', async () => {
      const context = contextOf(folder);
      await store(tierOf(registry(), 'a/images'), uploadOf(bytes), context);
      const pulled = await pull(tierOf(registry(), 'a/images'), fileOf(bytes), context);
      expect(pulled && sha256Of(pulled)).toBe(sha256Of(bytes));
      expect(context.warnings).toEqual([]);
    });

    test('bytes are mounted from a repository that this login may read', async () => {
      const context = contextOf(folder);
      await store(tierOf(registry(), 'm/stage'), uploadOf(bytes), context);
      const live = tierOf(registry(), 'm/live', 'm/stage');
      await store(live, uploadOf(bytes), context);
      const pulled = await pull(live, fileOf(bytes), context);
      expect(pulled && sha256Of(pulled)).toBe(sha256Of(bytes));
      expect(context.warnings).toEqual([]);
    });
  });

  test('a wrong password is reported if the registry checks it', async () => {
    await logIn('wrong');
    const pushed = store(tierOf(basic, 'w/images'), uploadOf(bytes), contextOf(folder));
    await expect(pushed).rejects.toThrow(/401/);
  });

  test('a host without push rights reports it once, and pushes no more', async () => {
    await store(tierOf(bearer, 'p/images'), uploadOf(bytes), contextOf(folder));
    await logIn(undefined);
    const context = contextOf(folder);
    const tier = tierOf(bearer, 'p/images');
    const pulled = await pull(tier, fileOf(bytes), context);
    expect(pulled && sha256Of(pulled)).toBe(sha256Of(bytes));
    const name = 'acme_2__amd64_20260101';
    await store(tier, uploadOf(randomBytes(1000), { name }), context);
    expect(context.warnings).toEqual([expect.stringMatching(/may not push to .*p\/images/)]);
    const visit = await tier.visit(fileOf(bytes, { name: 'acme_3__amd64_20260101' }), context);
    expect(visit.store).toBeUndefined();
    await visit.close();
    expect(context.warnings).toHaveLength(1);
  });
});
