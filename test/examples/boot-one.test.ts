import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  createOpenpgpSigner,
  mirrorsFor,
  serveSimpleStreams,
  startUpstream,
  type Upstream,
} from '../../src/testing/index.ts';
import { makeImage } from '../fixtures/signed-line.ts';
import { hasProgram } from '../seed/read-back.ts';
import { type ExampleRun, runExample } from './run-example.ts';

const finalLine =
  'Cloud-init v. 24.1 finished at noon. Datasource DataSourceNoCloud [seed=/dev/vdb]';
/** A replacement for QEMU: no accelerator works, the machine prints two lines and keeps running. */
const machine = `#!/bin/sh
case "$*" in *'-accel kvm'* | *'-accel hvf'*) exit 1 ;; esac
echo $$ > "$TMPDIR/pid"
echo "$@" > "$TMPDIR/parameters"
printf 'boot-one login: \\r\\n[ 9.1] ${finalLine}\\r\\n'
exec sleep 600
`;

let upstream: Upstream;
let folder: string;
let defaults: object;
beforeEach(async () => {
  upstream = await startUpstream();
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-boot-one-'));
  await mkdir(join(folder, 'bin'));
  const signer = createOpenpgpSigner();
  const build = { version: '24.04', codename: 'noble', title: 'Noble Numbat', arch: 'amd64' };
  serveSimpleStreams(upstream, [{ ...build, serial: '20261101', bytes: makeImage() }], { signer });
  const mirrors = mirrorsFor(upstream, ['https://cloud-images.ubuntu.com/']);
  const keys = { replace: [signer.publicKey] };
  defaults = { arch: 'amd64', cacheDir: join(folder, 'cache'), mirrors, keys };
});
afterEach(async () => {
  await upstream.close();
  await rm(folder, { recursive: true, force: true });
});

function bootOne(path: string): Promise<ExampleRun> {
  return runExample('boot-one.ts', ['ubuntu:24.04'], defaults, { TMPDIR: folder, PATH: path });
}

test.skipIf(!hasProgram('ssh-keygen'))(
  'boot-one.ts starts a machine on a clone with a seed, and stops it when it is up',
  async () => {
    await writeFile(join(folder, 'bin/qemu-system-x86_64'), machine, { mode: 0o755 });
    const ran = await bootOne([join(folder, 'bin'), process.env['PATH']].join(delimiter));
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(/^disk {5}.+_20261101\.raw \(signed\)$/m);
    expect(ran.stdout).toMatch(/ -accel tcg\nup {7}Cloud-init v\. 24\.1 finished .*vdb\]\n$/);
    const log = /^console {2}(.+)$/m.exec(ran.stdout)?.[1] ?? '';
    expect(await readFile(log, 'utf8')).toContain(finalLine);
    const parameters = await readFile(join(folder, 'parameters'), 'utf8');
    for (const name of ['disk.raw', 'seed.iso'])
      expect(parameters).toContain(`file=${join(dirname(log), name)}`);
    const disk = await stat(join(dirname(log), 'disk.raw'));
    expect(disk.size).toBe(5 * 1024 ** 3);
    expect(disk.blocks * 512).toBeLessThan(16 * 1024 ** 2);
    const seed = await readFile(join(dirname(log), 'seed.iso'));
    const key = await readFile(join(dirname(log), 'id_ed25519.pub'), 'utf8');
    expect(seed.includes('hostname: "boot-one"')).toBe(true);
    expect(seed.includes(key.trim())).toBe(true);
    const pid = Number(await readFile(join(folder, 'pid'), 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  },
);

test('boot-one.ts names the missing program', async () => {
  const ran = await bootOne(join(folder, 'bin'));
  expect(ran.code).toBe(1);
  expect(ran.stderr).toBe('ssh-keygen does not start: is it installed?\n');
});
