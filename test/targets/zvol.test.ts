import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseOutput } from '../cli/spawn-cli.ts';
import { sha256 } from '../fixtures/line.ts';
import { type DeliverLine, startDeliverLine } from './deliver-line.ts';

let line: DeliverLine;
beforeEach(async () => {
  line = await startDeliverLine();
});
afterEach(() => line.close());

const toZvol = ['--to', 'zvol-here', '--dataset', 'tank'];
const stream = 'acme-1-20260101.x86_64.zfs.gz';
const listFiles = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

test('a zvol of whole MiB is created, written, snapshotted, sent and destroyed', async () => {
  const ran = await line.run([...toZvol, '--output-dir', 'out']);
  expect(ran).toMatchObject({ code: 0 });
  const folder = join(line.machine.folder, 'out');
  expect(ran.stdout.trim().split('\n')).toEqual([
    join(folder, stream),
    join(folder, 'acme-1-20260101.json'),
  ]);
  const build = 'tank/rootdisk-build-UUID';
  expect(await line.machine.calls()).toEqual([
    'list -H -o name -d 1 tank',
    'list -H -o name -d 1 tank',
    `create -V 4m ${build}`,
    `snapshot ${build}@image`,
    `send ${build}@image`,
    `destroy -r ${build}`,
  ]);
  const packed = await readFile(join(folder, stream));
  const whole = Buffer.alloc(4 * 1024 ** 2);
  line.disk.copy(whole);
  expect(sha256(gunzipSync(packed))).toBe(sha256(whole));
  const manifest = JSON.parse(await readFile(join(folder, 'acme-1-20260101.json'), 'utf8'));
  expect(manifest).toMatchObject({
    v: 2,
    name: 'acme-1-nocloud',
    version: '20260101',
    type: 'zvol',
    image_size: 4,
    files: [
      {
        sha1: createHash('sha1').update(packed).digest('hex'),
        size: packed.length,
        compression: 'gzip',
      },
    ],
  });
  expect((await listFiles(folder)).sort()).toEqual(['acme-1-20260101.json', stream]);
});

test('files go to a folder of the cache if none is named, never to the working folder', async () => {
  const before = await listFiles(line.machine.folder);
  const ran = await line.run(toZvol);
  expect(ran.stdout).toContain(join(line.line.cacheDir, 'deliver', 'acme-1', stream));
  expect((await listFiles(line.machine.folder)).filter((name) => !before.includes(name))).toEqual([
    'calls',
  ]);
});

test('`file` uses the finished pair, and makes a damaged one again', async () => {
  const toFile = { to: 'file-here', dataset: 'tank' };
  await line.deliver(toFile);
  const first = await line.machine.calls();
  await line.deliver(toFile);
  const creates = (calls: string[]) => calls.filter((call) => call.startsWith('create')).length;
  expect(creates(await line.machine.calls())).toBe(creates(first));
  await writeFile(join(line.machine.folder, 'out', stream), 'damaged');
  await line.deliver(toFile);
  expect(creates(await line.machine.calls())).toBe(creates(first) + 1);
});

describe.each(['create', 'write', 'snapshot', 'send', 'destroy'])('interrupted at %s', (step) => {
  test('SIGINT leaves neither dataset nor file', async () => {
    const env = { STAND_IN_AT: step, STAND_IN_SIGNAL: 'INT' };
    const ran = await line.run([...toZvol, '--output-dir', 'out'], env);
    expect(ran.code).toBe(130);
    expect(await line.machine.builds()).toEqual([]);
    const made = await listFiles(join(line.machine.folder, 'out'));
    expect(made.filter((name) => name.startsWith('.'))).toEqual([]);
    // The pair is finished before the zvol is removed, or it does not exist.
    expect(made).toEqual([]);
  });

  test('the leftovers of SIGKILL are removed an hour later', async () => {
    const env = { STAND_IN_AT: step, STAND_IN_SIGNAL: 'KILL' };
    const ran = await line.run([...toZvol, '--output-dir', 'out'], env);
    expect(ran.code).toBeNull();
    expect(await listFiles(join(line.machine.folder, 'out'))).not.toContain(stream);
    // The stand-in of `destroy` outlives its caller, and finishes its work.
    if (step === 'destroy')
      await expect.poll(() => line.machine.builds(), { timeout: 30_000 }).toEqual([]);
    const left = await line.machine.builds();
    if (step !== 'destroy') expect(left).toHaveLength(1);
    for (const name of left) await line.machine.addDataset(`tank/${name}`, 3700);
    await line.deliver({ to: 'zvol-here', dataset: 'tank' });
    expect(await line.machine.builds()).toEqual([]);
  });
});

test('an old build that is busy stays, and so does a new one and every other dataset', async () => {
  const young = 'rootdisk-build-00000000-0000-4000-8000-000000000001';
  await line.machine.addDataset(`tank/${young}`, 3500);
  const name = 'rootdisk-build-00000000-0000-4000-8000-000000000000';
  await line.machine.addDataset(`tank/${name}`, 7200, true);
  await line.machine.addDataset('tank/rootdisk-build-mine', 7200);
  await line.machine.addDataset('tank/data', 7200);
  await line.deliver({ to: 'zvol-here', dataset: 'tank' });
  expect((await line.machine.builds()).sort()).toEqual([name, young, 'rootdisk-build-mine']);
  const destroyed = (await line.machine.calls()).filter((call) => call.startsWith('destroy'));
  expect(destroyed).not.toContain('destroy -r tank/data');
});

test('partial files are removed when they are an hour old', async () => {
  const folder = join(line.machine.folder, 'out');
  await mkdir(folder);
  const names = [0, 1].map((n) => `.rootdisk-${n}0000000-0000-4000-8000-000000000000.partial`);
  for (const name of names) await writeFile(join(folder, name), '');
  const then = new Date(Date.now() - 3_700_000);
  await utimes(join(folder, names[0] ?? ''), then, then);
  await line.deliver({ to: 'zvol-here', dataset: 'tank' });
  expect((await listFiles(folder)).filter((name) => name.startsWith('.'))).toEqual([names[1]]);
});

test('two builds of one vendor and release run one after the other', async () => {
  const [one, two] = await Promise.all([line.run(toZvol), line.run(toZvol)]);
  expect([one.code, two.code]).toEqual([0, 0]);
  const steps = (await line.machine.calls()).map((call) => call.split(' ')[0]);
  const turns = steps.filter((step) => step === 'create' || step === 'destroy');
  expect(turns).toEqual(['create', 'destroy', 'create', 'destroy']);
});

describe('bad input', () => {
  const invalid = 'ERR_INVALID_REQUEST';
  test.each([
    ['tank/my images', invalid, 'is not the name of a dataset'],
    ['tank@snap', invalid, 'is not the name of a dataset'],
    ['-tank', invalid, 'is not the name of a dataset'],
    ['missing', 'ERR_CACHE_IO', 'dataset does not exist'],
    [undefined, invalid, 'the parent dataset for the build is not known'],
  ])('the dataset %j is refused before any download', async (dataset, code, said) => {
    const delivering = line.deliver({ to: 'zvol-here', dataset });
    const message = expect.stringContaining(said);
    await expect(delivering).rejects.toMatchObject({ code, message });
    expect(line.line.asked()).toEqual([]);
  });

  test('a user without permission for ZFS is told what to do', async () => {
    const ran = await line.run(toZvol, { STAND_IN_DENIED: '1' });
    expect(ran.code).toBe(7);
    expect(ran.stderr).toContain('permission denied');
    expect(ran.stderr).toContain('pfexec');
  });

  test('another architecture is refused', async () => {
    const delivering = line.deliver({ to: 'zvol-here', dataset: 'tank', arch: 'arm64' });
    await expect(delivering).rejects.toThrow('takes images for amd64, not for arm64');
  });
});

test('a plan shows the actions, with the uuid, and does nothing', async () => {
  const ran = await line.run([...toZvol, '--dry-run', '--json']);
  expect(ran.code).toBe(0);
  const plan = parseOutput(ran);
  expect(plan).toMatchObject({ to: 'zvol-here', delivered: false, files: [] });
  expect(plan['uuid']).toMatch(/^[0-9a-f-]{36}$/);
  expect(plan['manifest']).toMatchObject({ uuid: plan['uuid'], name: 'acme-1-nocloud' });
  expect(plan['steps']).toContain('zfs snapshot tank/rootdisk-build-<uuid>@image');
  expect(await line.machine.calls()).toEqual([]);
  const fetched = line.line.upstream.requests.filter(({ method }) => method === 'GET');
  expect(fetched.map(({ path }) => path.split('/').pop())).toEqual(['index.json']);
});
