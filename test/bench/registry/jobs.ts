import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { startDockerRegistry } from '../../oci/registry/docker-registry.ts';
import type { Job } from '../contender.ts';
import { digestDisk } from '../digest-disk.ts';
import type { Images } from '../prepare-images.ts';
import type { Nginx } from '../start-nginx.ts';
import { download, ensureBookworm, hashFile } from '../whole-jobs.ts';
import { startProxy } from './start-proxy.ts';

export const registryTitles: readonly string[] = [
  'debian:bookworm out of a registry at 1 Gbit/s',
  'debian:bookworm out of a registry, unthrottled',
];

const repository = 'bench/images';
const bytesPerGbit = 125_000_000;

/**
 * The whole job with an OCI registry as the shared tier: compared with curl, which only downloads the registry's file.
 */
export async function registryJobs(
  nginx: Nginx,
  images: Images,
  scratch: string,
): Promise<{ jobs: Job[]; stop(): Promise<void> }> {
  const registry = await startDockerRegistry();
  const proxy = await startProxy(scratch, registry.host, bytesPerGbit);
  const stop = async (): Promise<void> => {
    await proxy.stop();
    await registry.remove();
  };
  try {
    const place = (host: string): string[] => ['--registry', `${host}/${repository}`];
    const { expected, qcow2 } = images;
    const push = ensureBookworm(nginx, expected, 'push', [
      ...place(registry.host),
      '--registry-write',
    ]);
    for (const { program, parameters } of push.steps(join(scratch, 'push'))) {
      execFileSync(program, parameters, { stdio: ['ignore', 'ignore', 'inherit'] });
    }
    const packed = await digestDisk(qcow2);
    const blob = `v2/${repository}/blobs/sha256:${await hashFile(qcow2, 'sha256')}`;
    const rows: [title: string, host: string][] = registryTitles.map((title, at) => [
      title,
      at === 0 ? proxy.host : registry.host,
    ]);
    const jobs = rows.map(([title, host], at): Job => {
      const plain = ensureBookworm(nginx, expected, 'rootdisk, without the registry', []);
      return {
        title,
        note: 'docker-registry serves the qcow2 as a blob; curl alone only downloads that blob.',
        contenders: [
          ensureBookworm(nginx, expected, 'rootdisk', place(host)),
          ...(at === 0 ? [] : [plain]),
          download(`http://${host}/${blob}`, packed, undefined),
        ],
      };
    });
    return { jobs, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
