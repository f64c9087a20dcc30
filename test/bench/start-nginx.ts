import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ownProcess } from './own-process.ts';

/** One folder, served twice over loopback: as fast as it goes, and slowed down. */
export interface Nginx {
  root: string;
  /** Ends in `/`. */
  fastUrl: string;
  /** 1 Gbit/s for each connection. Ends in `/`. */
  slowUrl: string;
  stop(): Promise<void>;
}

const bytesPerSecond = 125_000_000;

export async function startNginx(folder: string): Promise<Nginx> {
  const root = join(folder, 'site');
  await mkdir(root, { recursive: true });
  const [fast, slow] = await freePorts(2);
  const conf = join(folder, 'nginx.conf');
  await writeFile(
    conf,
    [
      'daemon off; worker_processes 1; user root;',
      `pid ${join(folder, 'nginx.pid')};`,
      'events { worker_connections 64; }',
      `http { access_log off; sendfile on; client_body_temp_path ${join(folder, 'nginx-tmp')};`,
      `root ${root}; autoindex on;`,
      `server { listen 127.0.0.1:${fast}; }`,
      `server { listen 127.0.0.1:${slow}; limit_rate ${bytesPerSecond}; } }`,
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
  const fastUrl = `http://127.0.0.1:${fast}/`;
  for (let tries = 0; !(await answers(fastUrl)); tries += 1) {
    if (nginx.exitCode !== null || tries === 100) {
      await stop();
      throw new Error('nginx does not start');
    }
    await pause(50);
  }
  return { root, fastUrl, slowUrl: `http://127.0.0.1:${slow}/`, stop };
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
