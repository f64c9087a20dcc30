import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { link, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';

/** A folder of vendors' trees, one top folder for each host, served by nginx like those hosts. */
export interface Site {
  root: string;
  url: string;
  /** Address prefixes of the real hosts and their replacements. */
  mirrors: Record<string, string>;
  stop(): Promise<void>;
}

/** Serves `<folder>/site` on a free loopback port. */
export async function startSite(folder: string, hosts: string[]): Promise<Site> {
  const root = join(folder, 'site');
  await mkdir(root, { recursive: true });
  const port = await freePort();
  const conf = join(folder, 'nginx.conf');
  await writeFile(conf, configure(folder, root, port));
  const nginx = spawn('nginx', ['-c', conf, '-p', folder, '-e', join(folder, 'nginx.log')], {
    stdio: 'inherit',
  });
  const url = `http://127.0.0.1:${port}/`;
  await answering(url, nginx);
  return {
    root,
    url,
    mirrors: Object.fromEntries(hosts.map((host) => [`https://${host}/`, `${url}${host}/`])),
    async stop() {
      nginx.kill('SIGTERM');
      if (nginx.exitCode === null) await once(nginx, 'exit');
    },
  };
}

/** Puts a file into the site under another name without copying it. */
export async function place(site: Site, path: string, file: string): Promise<void> {
  const target = join(site.root, path);
  await mkdir(dirname(target), { recursive: true });
  await link(file, target);
}

/** Writes a document of the site. */
export async function write(site: Site, path: string, text: string): Promise<void> {
  const target = join(site.root, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, text);
}

/** Hashes a file. */
export async function hashFile(path: string, algorithm: 'sha256' | 'sha512'): Promise<Buffer> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest();
}

function configure(folder: string, root: string, port: number): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const paths = temp.map((name) => `${name}_temp_path ${join(folder, 'nginx-tmp')};`);
  return [
    'daemon off; worker_processes 1; user root;',
    `pid ${join(folder, 'nginx.pid')};`,
    'events { worker_connections 64; }',
    `http { access_log off; sendfile on; ${paths.slice(0, 1).join(' ')}`,
    `server { listen 127.0.0.1:${port}; root ${root}; autoindex on; } }`,
    '',
  ].join('\n');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function answering(url: string, nginx: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (nginx.exitCode !== null) throw new Error(`nginx ended with ${nginx.exitCode}`);
    try {
      await fetch(url);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error('nginx does not answer');
}
