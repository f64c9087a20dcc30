import { afterEach, expect, test } from 'vitest';
import { collectParts } from '../../src/cli/plugins/collect-parts.ts';
import { createRootdisk } from '../../src/core.ts';
import { type DeliveryDisk, defineTarget, file, type Target } from '../../src/targets/index.ts';
import { parts } from '../fixtures/line.ts';
import { type DeliverLine, startDeliverLine } from './deliver-line.ts';

const open: DeliverLine[] = [];
afterEach(() => Promise.all(open.splice(0).map((line) => line.close())));

const shelf: Target = {
  id: 'shelf',
  title: 'a shelf',
  apiVersion: 1,
  check: async () => undefined,
  plan: async ({ snapshot }) => ({ steps: [`put ${snapshot} on the shelf`] }),
  deliver: async () => ({}),
};

test('a target of another package gets the verified disk, and its plan is reported', async () => {
  const line = await startDeliverLine();
  open.push(line);
  const got: DeliveryDisk[] = [];
  const target = defineTarget({
    ...shelf,
    async deliver(disk) {
      got.push(disk);
      return { files: ['/shelf/1'] };
    },
  });
  const { cacheDir, mirrors } = line.line;
  const { deliverImage } = createRootdisk({ ...parts, targets: [target] });
  const options = { to: 'shelf', arch: 'amd64', cacheDir, mirrors };
  const plan = await deliverImage('acme:1', { ...options, dryRun: true });
  expect(plan).toMatchObject({ delivered: false, steps: ['put 20260101 on the shelf'] });
  expect(got).toEqual([]);
  const done = await deliverImage('acme:1', options);
  expect(done).toMatchObject({ to: 'shelf', delivered: true, files: ['/shelf/1'] });
  expect(got).toMatchObject([{ vendor: 'acme', uuid: line.uuid, virtualSize: line.disk.length }]);
});

test('an error of a target names it, and its result is returned unchanged', async () => {
  const line = await startDeliverLine();
  open.push(line);
  const broken = { ...shelf, check: () => Promise.reject(new Error('no shelf')) };
  const { deliverImage } = createRootdisk({ ...parts, targets: [broken] });
  await expect(deliverImage('acme:1', { to: 'shelf' })).rejects.toMatchObject({
    code: 'ERR_PLUGIN',
    details: { plugin: 'shelf', method: 'check' },
  });
});

test.each([
  [{ ...shelf, id: 'A Shelf' }, 'target id'],
  [{ ...shelf, apiVersion: 2 }, 'apiVersion must be 1'],
  [{ ...shelf, deliver: undefined }, 'no deliver()'],
  [{ ...shelf, arches: 'amd64' }, 'arches must be a list'],
])('a target with an invalid shape is refused: %j', (target, said) => {
  expect(() => defineTarget(target as unknown as Target)).toThrow(said);
  expect(() => createRootdisk({ targets: [target as unknown as Target] })).toThrow(said);
});

test('the ids of the built-in targets are reserved', () => {
  expect(() => createRootdisk({ targets: [file] })).toThrow(
    /"file" is given twice, or is reserved/,
  );
  const smartos = { ...shelf, id: 'smartos' };
  expect(() => createRootdisk({ targets: [smartos] })).toThrow(/"smartos"/);
});

test('an unknown target is refused with the existing ones', async () => {
  const delivering = createRootdisk({ targets: [shelf] }).deliverImage('acme', { to: 'shelv' });
  await expect(delivering).rejects.toMatchObject({
    code: 'ERR_INVALID_REQUEST',
    hint: 'Use one of: file, imgadm, imgapi, zvol, shelf.',
  });
});

test('plug-ins may export only targets, in a list, or with vendors', () => {
  expect(collectParts('one', { default: shelf }).targets).toEqual([shelf]);
  expect(collectParts('two', { default: { targets: [shelf] } }).targets).toEqual([shelf]);
  expect(() => collectParts('bad', { default: { targets: [{ id: 'x' }] } })).toThrow(
    'targets[0] is not a target',
  );
});
