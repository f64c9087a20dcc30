import { createHash } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EnsuredImage } from '../../../src/core.ts';
import { type DatedLine, type DatedOffer, startDatedLine } from '../../fixtures/dated-vendor.ts';

let line: DatedLine;
beforeEach(async () => {
  line = await startDatedLine();
});
afterEach(() => line.close());

const later = new Date('2026-11-15T08:00Z');
const earlier = new Date('2026-11-01T08:00Z');
const codes = ({ trust }: EnsuredImage) => trust.warnings.map(({ code }) => code);
const stateDir = () => join(line.cacheDir, 'images-v1', '.state');
const refusal = { code: 'ERR_ROLLBACK', exitCode: 5, details: { reason: 'rollback' } };

const one: DatedOffer = {
  release: '2026.3',
  snapshot: '20261115',
  file: 'dated-2026.3.qcow2',
  by: 'list',
  signedAt: later,
};

describe('the remembered builds of a source, by the words of the request', () => {
  test.each([
    ['2026.3', '2024.1'],
    ['3.24', '3.20'],
    ['v1.12.0', 'v1.9.4'],
    ['10', '9'],
  ])('latest does not go back from release %s to %s', async (release, old) => {
    line.publish({ ...one, release });
    await line.ensure({}, 'dated:latest');
    line.publish({ ...one, release: old, snapshot: '20261116', file: `dated-${old}.qcow2` });
    await expect(line.ensure({}, 'dated')).rejects.toMatchObject(refusal);
    await expect(line.resolve({}, 'dated')).rejects.toMatchObject(refusal);
    // The older release itself is another source.
    expect((await line.ensure({}, `dated:${old}`)).release).toBe(old);
    expect((await line.ensure({ allowOlder: true }, 'dated')).release).toBe(old);
    await expect(line.ensure({}, 'dated')).rejects.toMatchObject(refusal);
  });

  test.each([
    ['20261115', '20261101.1'],
    ['20261115-2537', '2026.11.01'],
    ['2026-11-15', 'build20261101'],
    ['1.10.0', '1.9.0-rc1'],
  ])(
    'an older build with another form of name is refused too: %s, then %s',
    async (snapshot, old) => {
      line.publish({ ...one, snapshot, by: 'unsigned' });
      await line.ensure({ trust: 'checksum' }, 'dated');
      line.publish({ ...one, snapshot: old, by: 'unsigned' });
      await expect(line.ensure({ trust: 'checksum' }, 'dated')).rejects.toMatchObject(refusal);
    },
  );

  test('a name without an order gives a warning, and does not make an older one acceptable', async () => {
    line.publish({ ...one, by: 'unsigned' });
    await line.ensure({}, 'dated');
    line.publish({ ...one, snapshot: 'winter', by: 'unsigned' });
    const image = await line.ensure({}, 'dated');
    expect(codes(image)).toContain('build-order');
    line.publish({ ...one, snapshot: '20261101', by: 'unsigned' });
    await expect(line.ensure({}, 'dated')).rejects.toMatchObject(refusal);
  });

  test('snapshots that are hashes follow each other without a warning', async () => {
    line.publish({ ...one, snapshot: '0a1b2c3d4e5f', by: 'unsigned' });
    await line.ensure({}, 'dated');
    line.publish({ ...one, snapshot: 'f0a1b2c3d4e5', by: 'unsigned' });
    expect(codes(await line.ensure({}, 'dated'))).not.toContain('build-order');
  });

  test('a later signature under a newer release and a newer name is accepted', async () => {
    line.publish(one);
    await line.ensure({}, 'dated');
    const signedAt = new Date('2026-11-18T08:00Z');
    const next = { release: '2026.4', snapshot: '20261118', file: 'dated-2026.4.qcow2', signedAt };
    line.publish({ ...one, ...next });
    expect((await line.ensure({}, 'dated')).release).toBe('2026.4');
  });
});

describe('the date of the signature that covers the file', () => {
  test.each(['image', 'list'] as const)(
    'of an older build is refused under a newer name (%s)',
    async (by) => {
      line.publish({ ...one, by, seed: 2 });
      await line.ensure({}, 'dated');
      line.publish({
        ...one,
        by,
        snapshot: '20261118',
        file: 'dated-2026.3-b.qcow2',
        signedAt: earlier,
      });
      const before = await line.visible();
      await expect(line.ensure({}, 'dated')).rejects.toMatchObject({
        ...refusal,
        message: expect.stringMatching(/2026-11-01.*2026-11-15/),
      });
      // Nothing of it is published.
      expect(await line.visible()).toEqual(before);
      expect((await line.ensure({ allowOlder: true }, 'dated')).snapshot).toBe('20261118');
    },
  );

  test('is remembered for a hit, too', async () => {
    line.publish({ ...one, by: 'image' });
    await line.ensure({}, 'dated:2026.3');
    // The same disk by another request; nothing is downloaded for it.
    expect((await line.ensure({}, 'dated:latest')).origin).toBe('cache');
    line.publish({
      ...one,
      by: 'image',
      snapshot: '20261118',
      release: '2026.4',
      signedAt: earlier,
    });
    await expect(line.ensure({}, 'dated:latest')).rejects.toMatchObject(refusal);
  });
});

describe('an accepted signature', () => {
  test('is required from then on, even if the vendor does not offer it', async () => {
    line.publish(one);
    await line.ensure({}, 'dated');
    line.publish({ ...one, by: 'unsigned', snapshot: '20261118', seed: 2 });
    const missing = { code: 'ERR_SIGNATURE_MISSING', exitCode: 5 };
    await expect(line.ensure({}, 'dated')).rejects.toMatchObject(missing);
    await expect(line.resolve({}, 'dated')).rejects.toMatchObject(missing);
    const image = await line.ensure({ trust: 'checksum' }, 'dated');
    expect(image.trust.level).toBe('checksum');
    // A disk accepted with a lower minimum is not a hit for a call without one.
    await expect(line.ensure({}, 'dated')).rejects.toMatchObject(missing);
  });

  test('counts only for its own source', async () => {
    line.publish(one);
    await line.ensure({}, 'dated');
    line.publish({ ...one, by: 'unsigned', snapshot: '20261118', seed: 2 });
    const image = await line.ensure({ variant: 'minimal' }, 'dated');
    expect(image.trust.level).toBe('checksum');
  });
});

describe('a signature that does not name its build', () => {
  test('gives a warning, for a hit as well', async () => {
    line.publish({ ...one, by: 'image' });
    expect(codes(await line.ensure({}, 'dated'))).toContain('build-not-signed');
    const hit = await line.ensure({}, 'dated');
    expect(hit.origin).toBe('cache');
    expect(codes(hit)).toContain('build-not-signed');
  });

  test('a list under a name without release and build gives a warning', async () => {
    line.publish({ ...one, file: 'current.qcow2' });
    expect(codes(await line.ensure({}, 'dated'))).toContain('build-not-signed');
  });

  test('a list that names the release gives none', async () => {
    line.publish(one);
    expect(codes(await line.ensure({}, 'dated'))).not.toContain('build-not-signed');
  });
});

describe('the state file', () => {
  test.each([
    ['empty', ''],
    ['torn', '{"schema":2,"source":{"by":"as'],
    ['with an unknown schema', '{"schema":9}'],
  ])('%s is a warning to the caller, once, and is replaced', async (_, text) => {
    line.publish(one);
    await line.ensure({}, 'dated');
    for (const name of await readdir(stateDir())) await writeFile(join(stateDir(), name), text);
    const image = await line.ensure({}, 'dated');
    // One file for the request, one for the result.
    expect(codes(image).filter((code) => code === 'state-damaged')).toHaveLength(2);
    expect(codes(await line.ensure({}, 'dated'))).not.toContain('state-damaged');
    line.publish({ ...one, snapshot: '20261101' });
    await expect(line.ensure({}, 'dated')).rejects.toMatchObject(refusal);
  });

  test('of version 0.1 still counts', async () => {
    line.publish(one);
    const { path } = await line.ensure({}, 'dated');
    expect(path).toContain('dated_2026.3_default_amd64');
    for (const name of await readdir(stateDir())) await writeFile(join(stateDir(), name), '');
    const key = JSON.stringify(['dated', '2026.3', 'default', 'amd64', '']);
    const hash = createHash('sha256').update(key).digest('hex').slice(0, 32);
    const signed = { 'https://images.acme.example/x': '2026-11-15T08:00:00.000Z' };
    const old = JSON.stringify({ schema: 1, source: {}, snapshot: '20261117', signed });
    await writeFile(join(stateDir(), `${hash}.json`), old);
    await expect(line.ensure({}, 'dated')).rejects.toMatchObject({
      ...refusal,
      message: expect.stringContaining('20261117'),
    });
  });

  test('leaves no lock and no temporary file beside it', async () => {
    line.publish(one);
    await line.ensure({}, 'dated');
    const names = await readdir(stateDir());
    expect(names).toHaveLength(3);
    expect(names.every((name) => /^[0-9a-f]{32}\.json$/.test(name))).toBe(true);
  });
});
