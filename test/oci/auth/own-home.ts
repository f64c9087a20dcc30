import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const names = [
  'HOME',
  'PATH',
  'DOCKER_CONFIG',
  'REGISTRY_AUTH_FILE',
  'XDG_RUNTIME_DIR',
  'XDG_CONFIG_HOME',
];

/** A home folder without logins, set in the environment of this process. */
export interface OwnHome {
  dir: string;
  /** Writes JSON, or text unchanged, at a path below the home. */
  write(path: string, content: object | string): Promise<void>;
  /** Puts a shell script on the PATH as `docker-credential-<suffix>`. */
  helper(suffix: string, script: string): Promise<void>;
  close(): Promise<void>;
}

export async function openOwnHome(): Promise<OwnHome> {
  const dir = await mkdtemp(join(tmpdir(), 'rootdisk-logins-'));
  const before = names.map((name) => [name, process.env[name]] as const);
  for (const name of names) if (name !== 'PATH') delete process.env[name];
  process.env['HOME'] = dir;
  process.env['XDG_RUNTIME_DIR'] = join(dir, 'run');
  process.env['PATH'] = `${join(dir, 'bin')}:${process.env['PATH']}`;
  const write = async (path: string, content: object | string): Promise<void> => {
    const place = join(dir, path);
    await mkdir(dirname(place), { recursive: true });
    await writeFile(place, typeof content === 'string' ? content : JSON.stringify(content));
  };
  return {
    dir,
    write,
    async helper(suffix, script) {
      const path = `bin/docker-credential-${suffix}`;
      await write(path, `#!/bin/sh\n${script}\n`);
      await chmod(join(dir, path), 0o755);
    },
    async close() {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** The `auth` of a login in docker's form. */
export const authOf = (pair: string): string => Buffer.from(pair).toString('base64');
