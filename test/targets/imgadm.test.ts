import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { parseOutput } from '../cli/spawn-cli.ts';
import { type DeliverLine, startDeliverLine } from './deliver-line.ts';

const open: DeliverLine[] = [];
const start = async (options?: Parameters<typeof startDeliverLine>[0]): Promise<DeliverLine> => {
  const line = await startDeliverLine(options);
  open.push(line);
  return line;
};
afterEach(() => Promise.all(open.splice(0).map((line) => line.close())));

const toSmartos = ['--to', 'smartos', '--output-dir', 'out'];

test('in the global zone of SmartOS the finished pair is installed', async () => {
  const line = await start();
  await line.deliver({ to: 'file-here', dataset: 'tank' });
  await line.machine.becomeSmartos();
  const ran = await line.run(toSmartos);
  expect(ran).toMatchObject({ code: 0 });
  const [stream, manifest] = ran.stdout.trim().split('\n');
  expect(await line.machine.installs()).toEqual([`install -m ${manifest} -f ${stream}`]);
  expect(stream).toBe(join(line.machine.folder, 'out', 'acme-1-20260101.x86_64.zfs.gz'));
});

test('in another zone it is refused, with what to do', async () => {
  const line = await start();
  await line.machine.becomeSmartos('0c2ae1ee-2ef1-4c1e-9d4d-7e2a3a9b4a11');
  const ran = await line.run(toSmartos);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain('global zone');
  expect(ran.stderr).toContain('--to file');
  expect(line.line.asked()).toEqual([]);
});

test('on another system the plan is printed, and marked as such', async () => {
  const line = await start({ withZfs: false });
  const ran = await line.run(toSmartos);
  expect(ran.code).toBe(0);
  expect(ran.stdout).toContain('This is not SmartOS');
  expect(ran.stdout).toContain('would: imgadm install -m ');
  expect(ran.stdout).toContain('/dev/zvol/rdsk/zones/rootdisk-build-');
  expect(ran.stdout).toContain(`"uuid": "${line.uuid}"`);
  const plan = parseOutput(await line.run([...toSmartos, '--json', '--uuid-namespace', 'triton']));
  expect(plan).toMatchObject({ to: 'imgadm', delivered: false, reason: expect.any(String) });
  expect(plan['uuid']).not.toBe(line.uuid);
  const gets = line.line.upstream.requests.filter(({ method }) => method === 'GET');
  expect(gets.some(({ path }) => path.endsWith('acme.raw'))).toBe(false);
});

describe('the parent of builds', () => {
  test('is zones in the global zone', async () => {
    const line = await start();
    await line.machine.becomeSmartos();
    const ran = await line.run(['--to', 'zvol-here']);
    expect(ran).toMatchObject({ code: 0 });
    expect(await line.machine.calls()).toContain('create -V 4m zones/rootdisk-build-UUID');
  });

  test('is the delegated dataset, in a zone', async () => {
    const line = await start();
    await line.machine.addDataset('zones/z1/data');
    await line.machine.becomeSmartos('z1');
    expect(await line.run(['--to', 'zvol-here'])).toMatchObject({ code: 0 });
    const calls = await line.machine.calls();
    expect(calls[0]).toBe('get -H -p -o value zoned zones/z1/data');
    expect(calls).toContain('create -V 4m zones/z1/data/rootdisk-build-UUID');
  });

  test('is refused if no dataset was delegated', async () => {
    const line = await start();
    await line.machine.becomeSmartos('z2');
    const ran = await line.run(['--to', 'zvol-here']);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('zones/z2/data is not delegated to this zone');
  });
});

test('without ZFS a raw disk is refused, because it is not an image file', async () => {
  const line = await start({ withZfs: false });
  const ran = await line.run(['--to', 'file', '--dataset', 'tank']);
  expect(ran.code).toBe(2);
  expect(ran.stderr).toContain('a ZFS send stream, not a raw disk');
  expect(line.line.asked()).toEqual([]);
});
