import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createOpenpgpSigner } from '../../../src/testing/index.ts';
import {
  makeImage,
  noImage,
  type SignedLine,
  startSignedLine,
} from '../../fixtures/signed-line.ts';

let line: SignedLine;
beforeEach(async () => {
  line = await startSignedLine();
});
afterEach(() => line.close());

const bytes = makeImage();
const signedAt = new Date('2026-11-01T08:00Z');

describe('a signature over the image itself', () => {
  const folder = 'dl-cdn.alpinelinux.org/alpine/v3.24/releases/cloud/';
  const name = 'alpine-3.24.2-x86_64-cloudinit-r0.qcow2';
  /** Publishes Alpine 3.24 with a signature of these bytes. */
  const offer = (of: Uint8Array = bytes, signer = line.signer): void => {
    const branches = [{ rel_branch: 'v3.24', eol_date: '2028-06-01' }];
    const index = { latest_stable: 'v3.24', release_branches: branches };
    const sha512 = createHash('sha512').update(bytes).digest('hex');
    const rows = `<a href="../">../</a>\n<a href="${name}">${name}</a>  02-Oct-2026 16:05  1000`;
    const listing = `<html><head><title>Index of /</title></head><body><pre>${rows}</pre></body></html>`;
    line.upstream.route('alpinelinux.org/releases.json', JSON.stringify(index));
    line.upstream.route(folder, listing);
    line.upstream.route(folder + name, bytes);
    line.upstream.route(`${folder}${name}.sha512`, `${sha512}\n`);
    line.upstream.route(`${folder}${name}.asc`, signer.signDetached(of, signedAt));
  };

  test('makes the disk signed once the last byte has arrived', async () => {
    offer();
    const { trust } = await line.ensure({}, 'alpine');
    const { fingerprint } = line.signer;
    expect(trust).toMatchObject({ level: 'signed', signer: { fingerprint }, signedAt });
    expect(line.asked().slice(-3)).toEqual([`${name}.asc`, `${name}.sha512`, name]);
    expect(await line.ensure({}, 'alpine')).toMatchObject({
      origin: 'cache',
      trust: { level: 'signed', signer: { fingerprint }, signedAt },
    });
  });

  test.each(['streaming', 'after-verify'] as const)(
    'that does not match leaves no disk (%s)',
    async (decode) => {
      offer(makeImage(2));
      await expect(line.ensure({ decode }, 'alpine')).rejects.toMatchObject({
        code: 'ERR_SIGNATURE',
        exitCode: 5,
        details: { reason: 'signature-bad' },
      });
      expect(line.asked()).toContain(name);
      expect(await line.visible()).toEqual([]);
      expect(await line.verify()).toEqual([]);
    },
  );

  test('by an unknown signer, or missing, is refused before any image byte', async () => {
    offer(bytes, createOpenpgpSigner());
    await expect(line.ensure({}, 'alpine')).rejects.toMatchObject({ code: 'ERR_UNKNOWN_SIGNER' });
    line.upstream.route(`${folder}${name}.asc`, 'gone', { status: 404 });
    await expect(line.ensure({}, 'alpine')).rejects.toMatchObject({
      code: 'ERR_SIGNATURE_MISSING',
    });
    expect(noImage(line.asked())).toBe(true);
    const low = await line.ensure({ trust: 'checksum' }, 'alpine');
    expect(low.trust.level).toBe('checksum');
  });

  test('older than maxAge is refused', async () => {
    offer();
    const call = line.ensure({ maxAge: '5d' }, 'alpine');
    await expect(call).rejects.toMatchObject({ code: 'ERR_STALE' });
    expect(await line.visible()).toEqual([]);
    expect((await line.ensure({ maxAge: '30d' }, 'alpine')).trust.level).toBe('signed');
  });

  test('is proved again later if the download was kept, and otherwise recorded', async () => {
    offer();
    await line.ensure({}, 'alpine');
    expect(await line.verify()).toMatchObject([
      {
        state: 'intact',
        origin: { state: 'recorded', reason: expect.stringMatching(/keepSource/) },
      },
    ]);
    await line.ensure({ keepSource: true }, 'alpine');
    expect(await line.verify()).toMatchObject([
      {
        state: 'intact',
        origin: { state: 'proved', signer: { fingerprint: line.signer.fingerprint }, signedAt },
      },
    ]);
  });
});

describe('a clear-signed suite', () => {
  const dists = 'ftp.debian.org/debian/dists/stable/InRelease';
  const folder = 'cloud.debian.org/images/cloud/trixie/';
  const disk = 'debian-13-genericcloud-amd64-20261101-2600.qcow2';
  const release = 'Origin: Debian\nSuite: stable\nVersion: 13.7\nCodename: trixie\n';
  const offer = (inRelease: string): void => {
    const upload = {
      kind: 'Upload',
      data: { ref: `trixie/20261101-2600/${disk}` },
      metadata: {
        labels: { 'upload.cloud.debian.org/image-format': 'qcow2' },
        annotations: {
          'cloud.debian.org/digest': `sha512:${createHash('sha512').update(bytes).digest('base64').replace(/=+$/, '')}`,
        },
      },
    };
    line.upstream.route(dists, inRelease);
    line.upstream.route(
      `${folder}latest/debian-13-genericcloud-amd64.json`,
      JSON.stringify({ items: [upload] }),
    );
    line.upstream.route(`${folder}20261101-2600/${disk}`, bytes);
  };

  test('says which release is stable, and proves nothing about the image', async () => {
    offer(line.signer.clearsign(release, signedAt));
    const image = await line.ensure({}, 'debian');
    expect(image.version).toBe('13.7');
    expect(image.trust).toMatchObject({ level: 'checksum' });
    expect(image.trust).not.toHaveProperty('signer');
    expect(await line.verify()).toMatchObject([{ origin: { state: 'proved', level: 'checksum' } }]);
    const kept = JSON.parse(await readFile(`${image.path}.evidence`, 'utf8'));
    expect(kept.documents).toMatchObject([{ signedAt: signedAt.toISOString() }]);
  });

  test.each([
    ['changed', (text: string) => text.replace('13.7', '13.8'), 'ERR_SIGNATURE'],
    [
      'by an unknown signer',
      () => createOpenpgpSigner().clearsign(release, signedAt),
      'ERR_UNKNOWN_SIGNER',
    ],
  ])('that is %s is refused', async (_what, change, code) => {
    offer(change(line.signer.clearsign(release, signedAt)));
    await expect(line.ensure({}, 'debian')).rejects.toMatchObject({ code, exitCode: 5 });
    expect(noImage(line.asked())).toBe(true);
  });

  test('without a signature is refused: it may be an old copy', async () => {
    offer('gone');
    line.upstream.route(dists, 'gone', { status: 404 });
    line.upstream.route(dists.replace('InRelease', 'Release'), release);
    await expect(line.ensure({}, 'debian')).rejects.toMatchObject({
      code: 'ERR_SIGNATURE_MISSING',
    });
    expect(noImage(line.asked())).toBe(true);
  });

  test('may not be older than an accepted one', async () => {
    offer(line.signer.clearsign(release, signedAt));
    await line.ensure({}, 'debian');
    offer(line.signer.clearsign(release, new Date('2026-10-01T08:00Z')));
    await expect(line.ensure({ refresh: true }, 'debian')).rejects.toMatchObject({
      code: 'ERR_ROLLBACK',
      message: expect.stringContaining('InRelease'),
    });
  });
});
