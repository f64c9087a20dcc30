import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { type Line, makeDisk, sha256, sha256File, startLine } from '../../fixtures/line.ts';
import { type FakeRegistry, startFakeRegistry } from '../../oci/fake-registry.ts';
import { flagsFor, parseOutput, type Ran, runCli } from '../spawn-cli.ts';

let line: Line;
let registry: FakeRegistry;
afterEach(async () => {
  await line.close();
  await registry.close();
});

test('a site without upstream gets what was mirrored, by the lock file and the registry alone', async () => {
  line = await startLine();
  registry = await startFakeRegistry();
  const [disk, kernel] = [makeDisk(), randomBytes(5000)];
  const packed = gzipSync(disk);
  line.upstream.route('images.acme.example/vmlinuz', kernel);
  const boot = { kernel: ['vmlinuz', sha256(kernel)] as [string, string] };
  const build = { release: '1', snapshot: '20260101', file: 'acme.raw.gz', layers: ['gz', 'raw'] };
  line.offer({ ...build, digest: sha256(packed), boot }, packed);
  const place = `${registry.host}/fleet/images`;
  const [plugin, cacheDir, arch, ...mirrors] = pairsOf(flagsFor(line));
  const run = (args: string[], pairs: (string[] | undefined)[]): Promise<Ran> =>
    runCli([...args, ...pairs.flatMap((pair) => pair ?? [])], { cwd: line.folder });

  await run(['lock', 'add', 'acme:1', '--boot'], [plugin, cacheDir, arch, ...mirrors]);
  const mirrored = await run(['registry', 'mirror', place], [plugin, cacheDir, ...mirrors]);
  expect(mirrored).toMatchObject({
    code: 0,
    stdout: 'acme-1  amd64  pushed  acme_1_default_amd64_20260101\n',
  });

  await line.upstream.close();
  const other = ['--cache-dir', join(line.folder, 'other')];
  const lockfile = ['--lockfile', join(line.folder, 'rootdisk.lock.json')];
  const ensured = await run(
    ['ensure', 'acme-1', '--boot', '--registry', place, '--registry-only', '--json'],
    [plugin, arch, other, lockfile, ...mirrors],
  );
  expect(ensured.code).toBe(0);
  const {
    origin,
    path,
    boot: files,
  } = parseOutput(ensured) as {
    origin: string;
    path: string;
    boot: { kernel: { path: string } };
  };
  expect(origin).toBe('tier');
  expect(await sha256File(path)).toBe(sha256(disk));
  expect(await sha256File(files.kernel.path)).toBe(sha256(kernel));
});

function pairsOf(flags: readonly string[]): string[][] {
  return flags.flatMap((flag, at) => (at % 2 === 0 ? [[flag, flags[at + 1] ?? '']] : []));
}
