import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../oci/registry/docker-registry.ts';
import { ownProcess } from '../own-process.ts';

/** A server on loopback that passes everything on, with a limited number of bytes per second for each connection. */
export interface Proxy {
  /** `127.0.0.1:PORT`. */
  host: string;
  stop(): Promise<void>;
}

export async function startProxy(
  folder: string,
  to: string,
  bytesPerSecond: number,
): Promise<Proxy> {
  const port = await freePort();
  const place = join(folder, `proxy-${port}`);
  await mkdir(place);
  const conf = join(place, 'nginx.conf');
  await writeFile(
    conf,
    [
      'daemon off; worker_processes 1; user root;',
      `pid ${join(place, 'nginx.pid')}; error_log ${join(place, 'nginx.log')};`,
      'events { worker_connections 64; }',
      `http { access_log off; client_body_temp_path ${join(place, 'tmp')};`,
      // No file is written on the way.
      `server { listen 127.0.0.1:${port}; limit_rate ${bytesPerSecond};`,
      `location / { proxy_pass http://${to}; proxy_http_version 1.1; proxy_set_header Connection ''; proxy_set_header Host ${to};`,
      'proxy_max_temp_file_size 0; proxy_buffers 16 256k; proxy_buffer_size 256k; proxy_busy_buffers_size 512k; } } }',
      '',
    ].join('\n'),
  );
  const nginx = ownProcess(
    spawn('nginx', ['-c', conf, '-p', place], { stdio: ['ignore', 'inherit', 'inherit'] }),
  );
  const host = `127.0.0.1:${port}`;
  for (let tries = 0; !(await answers(host)); tries += 1) {
    if (nginx.exitCode !== null || tries === 100) throw new Error('the proxy does not start');
    await pause(50);
  }
  return {
    host,
    async stop() {
      if (nginx.exitCode !== null) return;
      const ended = once(nginx, 'exit');
      nginx.kill('SIGTERM');
      await ended;
    },
  };
}

async function answers(host: string): Promise<boolean> {
  return await fetch(`http://${host}/v2/`).then(
    () => true,
    () => false,
  );
}
