import { execFileSync, spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root: string = fileURLToPath(new URL('../..', import.meta.url));

/** A consumer's project with the packed package in it, and only the dependencies that the package names. */
export interface Consumer {
  folder: string;
  tarball: string;
  /** Names of the packages that it imports, optional ones included. */
  dependencies: string[];
  manifest: { exports: Record<string, unknown>; files: string[]; version: string };
  node(...parameters: string[]): { stdout: string; stderr: string; status: number | null };
  close(): Promise<void>;
}

export async function installPackage(): Promise<Consumer> {
  const folder = await mkdtemp(join(tmpdir(), 'rootdisk-package-'));
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
  });
  const [tarball = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tgz'));
  execFileSync('tar', ['-xzf', tarball], { cwd: folder });
  const modules = join(folder, 'node_modules');
  await mkdir(modules);
  for (const name of await readdir(join(root, 'node_modules'))) {
    if (name.startsWith('.') || name === '@types' || name === 'rootdisk') continue;
    await symlink(join(root, 'node_modules', name), join(modules, name));
  }
  await cp(join(folder, 'package'), join(modules, 'rootdisk'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"type":"module","private":true}');
  const manifest: Consumer['manifest'] & Record<'dependencies' | 'peerDependencies', object> =
    JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  return {
    folder,
    tarball: join(folder, tarball),
    manifest,
    dependencies: Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }),
    node: (...parameters) =>
      spawnSync(process.execPath, parameters, { cwd: folder, encoding: 'utf8' }),
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
