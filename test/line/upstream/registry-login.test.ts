import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../../fixtures/line.ts';
import { type GuardedRegistry, startGuardedRegistry } from '../../oci/auth/guarded-registry.ts';
import { authOf, type OwnHome, openOwnHome } from '../../oci/auth/own-home.ts';

let home: OwnHome;
let site: GuardedRegistry;
let line: Line;
beforeEach(async () => {
  [home, site, line] = await Promise.all([openOwnHome(), startGuardedRegistry(), startLine()]);
});
afterEach(() => Promise.all([home.close(), site.close(), line.close()]));

test('a disk that needs the login of a registry is downloaded, and no secret is stored', async () => {
  const disk = makeDisk();
  const path = 'v2/fleet/images/blobs/disk.raw';
  const host = new URL(site.registry.url).host;
  await home.write('.docker/config.json', { auths: { [host]: { auth: authOf('me:hunter2') } } });
  site.guard(path, 'repository:fleet/images:pull', (_, response) => {
    response.writeHead(200, { 'content-length': disk.length });
    response.end(disk);
  });
  const told: unknown[] = [];
  const image = await line.ensure(`${site.registry.url}${path}`, {
    digest: sha256(disk),
    log: (entry) => told.push(entry),
    onProgress: (event) => told.push(event),
  });
  expect(await sha256File(image.path)).toBe(sha256(disk));
  expect(site.asked()).toMatchObject([{ authorization: `Basic ${authOf('me:hunter2')}` }]);
  const kept: string[] = [];
  for (const entry of await readdir(line.cacheDir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) kept.push(path, await readFile(path, 'latin1'));
  }
  expect(kept.length).toBeGreaterThan(2);
  const all = kept.join() + JSON.stringify([told, image]);
  expect(all).not.toMatch(/hunter2|tokensecret/);
  expect(all).not.toContain(authOf('me:hunter2'));
});
