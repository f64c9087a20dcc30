import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeCertificate } from '../http/wire/tls-server.ts';
import { ownProcess } from './own-process.ts';

/** One folder, served several times over loopback: unlimited and slowed down; with TLS and without. */
export interface Nginx {
  root: string;
  /** Without TLS, unlimited. Ends in `/`. */
  fastUrl: string;
  /** Every address, by its speed for each connection; each ends in `/`. */
  urls: Record<string, string>;
  /** The certificate of the servers with TLS, as a file; without openssl there are none. */
  ca: string;
  stop(): Promise<void>;
}

const bytesPerGbit = 125_000_000;
const speeds = { 'at 1 Gbit/s': bytesPerGbit, 'at 10 Gbit/s': 10 * bytesPerGbit, unthrottled: 0 };

export async function startNginx(folder: string): Promise<Nginx> {
  const root = join(folder, 'site');
  await mkdir(root, { recursive: true });
  const [ca, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
  const identity = makeCertificate();
  if (identity !== undefined) {
    await writeFile(ca, identity.cert);
    await writeFile(key, identity.key, { mode: 0o600 });
  }
  const schemes = identity === undefined ? ['http'] : ['http', 'https'];
  const kinds = schemes.flatMap((scheme) =>
    Object.entries(speeds).map(([speed, rate]) => ({ scheme, speed, rate })),
  );
  const ports = await freePorts(kinds.length);
  const servers = kinds.map(({ scheme, rate }, i) => {
    const tls = scheme === 'https' ? `ssl_certificate ${ca}; ssl_certificate_key ${key};` : '';
    const listen = `127.0.0.1:${ports[i]}${tls === '' ? '' : ' ssl'}`;
    return `server { listen ${listen}; ${tls} limit_rate ${rate}; }`;
  });
  const conf = join(folder, 'nginx.conf');
  await writeFile(
    conf,
    [
      'daemon off; worker_processes 1; user root;',
      `pid ${join(folder, 'nginx.pid')};`,
      'events { worker_connections 64; }',
      `http { access_log off; sendfile on; client_body_temp_path ${join(folder, 'nginx-tmp')};`,
      `root ${root}; autoindex on;`,
      ...servers,
      '}',
      '',
    ].join('\n'),
  );
  const parameters = ['-c', conf, '-p', folder, '-e', join(folder, 'nginx.log')];
  const nginx = spawn('nginx', parameters, { stdio: ['ignore', 'inherit', 'inherit'] });
  ownProcess(nginx);
  const stop = async (): Promise<void> => {
    if (nginx.exitCode !== null || nginx.signalCode !== null) return;
    nginx.kill('SIGTERM');
    await once(nginx, 'exit');
  };
  const urls = Object.fromEntries(
    kinds.map(({ scheme, speed }, i) => [
      scheme === 'https' ? `${speed}, https` : speed,
      `${scheme}://127.0.0.1:${ports[i]}/`,
    ]),
  );
  const { unthrottled: fastUrl = '' } = urls;
  for (let tries = 0; !(await answers(fastUrl)); tries += 1) {
    if (nginx.exitCode !== null || tries === 100) {
      await stop();
      throw new Error('nginx does not start');
    }
    await pause(50);
  }
  return { root, fastUrl, urls, ca, stop };
}

/** Ports that were free a moment ago, all different. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => Number(Object(server.address()).port));
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return ports;
}

async function answers(url: string): Promise<boolean> {
  return await fetch(url).then(
    () => true,
    () => false,
  );
}
