import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep } from '../../../src/kit/abort.ts';

export interface RegistrySettings {
  /** Lines below `auth:`. */
  auth?: (folder: string) => Promise<string[]>;
  /** False: the registry checks the disk for each blob. */
  cache?: boolean;
}

/** Debian's docker-registry on loopback, with a folder of its own. */
export interface DockerRegistry {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** The file of a blob's bytes. */
  blobPath(digest: string): string;
  start(): Promise<void>;
  /** Ends the process; its data stays. */
  stop(): Promise<void>;
  /** Deletes the data of blobs that no manifest names; for this the process is ended, and started again. */
  collectGarbage(): Promise<void>;
  /** Ends the process and removes its data. */
  remove(): Promise<void>;
}

export async function startDockerRegistry(
  settings: RegistrySettings = {},
): Promise<DockerRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'rootdisk-registry-'));
  const port = await freePort();
  const root = join(folder, 'data');
  await mkdir(root);
  const auth = await settings.auth?.(folder);
  const lines = [
    'version: 0.1',
    'log: { level: error, accesslog: { disabled: true } }',
    'storage:',
    `  filesystem: { rootdirectory: ${root} }`,
    '  delete: { enabled: true }',
    ...(settings.cache === false ? [] : ['  cache: { blobdescriptor: inmemory }']),
    `http: { addr: "127.0.0.1:${port}", secret: of-the-tests }`,
    ...(auth === undefined ? [] : ['auth:', ...auth.map((line) => `  ${line}`)]),
  ];
  const config = join(folder, 'config.yml');
  await writeFile(config, `${lines.join('\n')}\n`);
  const host = `127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const registry: DockerRegistry = {
    host,
    blobPath(digest) {
      const hex = digest.replace('sha256:', '');
      return join(root, 'docker/registry/v2/blobs/sha256', hex.slice(0, 2), hex, 'data');
    },
    async start() {
      child = spawn('docker-registry', ['serve', config], {
        stdio: ['ignore', 'ignore', 'pipe'],
        // The registry would read REGISTRY_AUTH_FILE, which podman uses too, as a setting of its own.
        env: { PATH: process.env['PATH'] },
      });
      let said = '';
      child.stderr?.on('data', (text) => {
        said = `${said}${text}`.slice(-2000);
      });
      while (!(await answers(host))) {
        if (child.exitCode !== null) throw new Error(`docker-registry ended at once: ${said}`);
        await sleep(30);
      }
    },
    async stop() {
      if (child === undefined || child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      child = undefined;
    },
    async collectGarbage() {
      await registry.stop();
      const collector = spawn('docker-registry', ['garbage-collect', config], {
        stdio: 'ignore',
        env: { PATH: process.env['PATH'] },
      });
      const [code] = await once(collector, 'exit');
      if (code !== 0) throw new Error(`docker-registry garbage-collect ended with ${code}`);
      await registry.start();
    },
    async remove() {
      await registry.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await registry.start();
  } catch (error) {
    await registry.remove();
    throw error;
  }
  return registry;
}

async function answers(host: string): Promise<boolean> {
  return await fetch(`http://${host}/v2/`).then(
    () => true,
    () => false,
  );
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
