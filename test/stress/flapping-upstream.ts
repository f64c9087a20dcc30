import { gzipSync } from 'node:zlib';
import { mirrorsFor, startUpstream, type Upstream } from '../../src/testing/upstream.ts';
import { cut, serve } from '../faults/serve.ts';
import type { AcmeBuild } from '../fixtures/acme.ts';
import { makeDisk, sha256 } from '../fixtures/line.ts';

/** A server of three releases that often answers badly, but never with a disk other than the stated one. */
export interface FlappingUpstream {
  upstream: Upstream;
  mirrors: Record<string, string>;
  digests: Record<string, string>;
  /** From now on every answer is good. */
  settle(): void;
}

const site = 'images.acme.example';
const diskBytes = 3 * 1024 * 1024;

export async function startFlapping(): Promise<FlappingUpstream> {
  const upstream = await startUpstream();
  const digests: Record<string, string> = {};
  const builds: AcmeBuild[] = [];
  let isSteady = false;
  const chance = (share: number): boolean => !isSteady && Math.random() < share;
  for (const release of ['1', '2', '3']) {
    const disk = makeDisk(diskBytes, Number(release));
    const bytes = gzipSync(disk, { level: 1 });
    const file = `acme-${release}.raw.gz`;
    const [layers, digest] = [['gz', 'raw'], sha256(bytes)];
    digests[release] = sha256(disk);
    builds.push({ release, snapshot: `2026010${release}`, file, layers, digest });
    upstream.route(`${site}/${file}`, async (request, response) => {
      if (chance(0.1)) {
        response.writeHead(503, { 'retry-after': '0' });
        response.end();
        return;
      }
      const stopAt = chance(0.3) ? Math.floor(Math.random() * bytes.length) : undefined;
      const validators = chance(0.2) ? {} : { etag: `"${digest}"` };
      const isWhole = await serve(request, response, { bytes, ...validators }, stopAt);
      if (!isWhole) cut(response);
    });
  }
  upstream.route(`${site}/index.json`, (_, response) => {
    if (chance(0.05)) response.writeHead(503, { 'retry-after': '0' });
    response.end(JSON.stringify(builds));
  });
  const mirrors = mirrorsFor(upstream, [`https://${site}/`]);
  const settle = (): void => {
    isSteady = true;
  };
  return { upstream, mirrors, digests, settle };
}
