import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createRootdisk } from '../../../src/core.ts';
import { registryTier } from '../../../src/oci/registry-tier.ts';
import { acme } from '../../fixtures/acme.ts';
import { parts, sha256File } from '../../fixtures/line.ts';
import type { HostEnd, HostsTask } from './scenario.ts';

/**
 * Many hosts in one process: each has its own cache, its own tier and so its own part in the herd. Prints a line of
 * JSON for each.
 */
const task: HostsTask = JSON.parse(process.argv[2] ?? '{}');

async function oneHost(host: number): Promise<HostEnd> {
  const cacheDir = join(task.folder, `host-${host}`);
  const warnings: string[] = [];
  await wait(Math.random() * task.spreadMs);
  const tier = registryTier({
    registry: task.registry,
    repository: 'fleet/images',
    write: true,
    herd: { lifetimeMs: task.lifetimeMs },
  });
  const { ensureImage } = createRootdisk({ ...parts, vendors: [acme], tiers: [tier] });
  try {
    const options = { arch: 'amd64', cacheDir, mirrors: task.mirrors };
    const image = await ensureImage('acme:1', options);
    warnings.push(...image.trust.warnings.map(({ message }) => message));
    if ((await sha256File(image.path)) !== task.expected) throw new Error('WRONG DISK');
    await image.dispose();
    return { host, origin: image.origin, endedAt: Date.now(), warnings };
  } catch (error) {
    const code = error instanceof Error ? (Reflect.get(error, 'code') ?? error.message) : error;
    return { host, origin: String(code), endedAt: Date.now(), warnings };
  } finally {
    await rm(cacheDir, { recursive: true, force: true });
  }
}

const hosts = Array.from({ length: task.count }, async (_, i) => {
  const end = await oneHost(task.first + i);
  process.stdout.write(`${JSON.stringify(end)}\n`);
});
await Promise.all(hosts);
