import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeBzimage } from '../image/make-kernel.ts';
import {
  type BundleSite,
  makeRootfs,
  manifest,
  manifestBytes,
  pack,
  startBundleSite,
} from './bundle-site.ts';

const program = fileURLToPath(new URL('killed-ensure.ts', import.meta.url));
const rootfs = makeRootfs();
const bytes = pack([
  ['manifest.json', manifestBytes],
  ['kernel', makeBzimage()],
  ['rootfs.ext4', rootfs],
]);

let site: BundleSite;
beforeEach(async () => {
  site = await startBundleSite();
  await site.publish(bytes, { members: ['kernel'] });
});
afterEach(() => site.close());

/** Runs a call that is killed at a rename; true if it was killed. */
async function killedAt(rename: number): Promise<boolean> {
  const { cacheDir, mirrors, catalog } = site;
  const options = { arch: 'amd64', cacheDir, mirrors, bundles: catalog, boot: true };
  const child = spawn(
    process.execPath,
    [program, 'bundle:web', JSON.stringify(options), String(rename)],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, NODE_NO_WARNINGS: '1' } },
  );
  const [code, signal] = await once(child, 'exit');
  if (signal !== 'SIGKILL') expect(code).toBe(0);
  return signal === 'SIGKILL';
}

test('killed at every fifth rename: no disk or a complete one, and the next call succeeds', async () => {
  let kills = 0;
  for (let rename = 1; ; rename += 5) {
    if (!(await killedAt(rename))) break;
    kills += 1;
    const options = { offline: true, boot: true };
    const offline = await site.bundle('bundle:web', options).catch((error: unknown) => error);
    if (offline instanceof Error) expect(offline).toMatchObject({ code: 'ERR_OFFLINE_MISS' });
    else expect(offline).toMatchObject({ manifest, boot: { kernel: { kind: 'bzimage' } } });
    const image = await site.bundle('bundle:web', { boot: true });
    expect(image).toMatchObject({ manifest, boot: { kernel: { kind: 'bzimage' } } });
    expect(await readFile(image.path)).toEqual(rootfs);
    await site.close();
    site = await startBundleSite();
    await site.publish(bytes, { members: ['kernel'] });
  }
  expect(kills).toBeGreaterThan(1);
}, 240_000);
