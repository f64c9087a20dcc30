import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createOpenpgpSigner } from '../../src/testing/openpgp-signer.ts';
import { base as cirrosSite } from '../vendors/documents/cirros.ts';
import { documents, downloads, index } from '../vendors/documents/openbsd.ts';
import { empty, factory } from '../vendors/documents/talos.ts';
import { folderPage } from '../vendors/every/folder-page.ts';
import type { Change } from './compare.ts';
import { readFacts } from './facts.ts';
import { type Canary, startCanary } from './start-canary.ts';

let canary: Canary;
beforeEach(async () => {
  canary = await startCanary();
});
afterEach(async () => {
  const { site } = canary;
  expect([...site.imageRequests('GET'), ...site.imageRequests('POST')]).toEqual([]);
  await canary.close();
});

/** The vendors serve the same as when the facts were written. */
async function serveKnown(...ids: string[]): Promise<string[]> {
  for (const id of ids) await canary.site.serve(id, canary.signer);
  const only = ids.flatMap((id) => ['--only', id]);
  expect(await canary.run(...only, '--update')).toMatchObject({ code: 0 });
  return only;
}

async function changesOf(only: string[]): Promise<Omit<Change, 'vendor'>[]> {
  const { code, stdout } = await canary.run(...only, '--json');
  const { changes }: { changes: Change[] } = JSON.parse(stdout);
  expect(code).toBe(changes.length > 0 ? 10 : 0);
  return changes.map(({ vendor: _, ...change }) => change);
}

/** The index of OpenBSD's images with a release before the others. */
function withRelease(tag: string): Record<string, string> {
  const names = ['min', 'generic'].flatMap((variant) => [
    `openbsd-${variant}.qcow2`,
    `openbsd-${variant}.qcow2.sha256`,
  ]);
  const assets = names.map((name) => ({
    ...{ name, size: 91 },
    browser_download_url: `${downloads}${tag}/${name}`,
  }));
  const release = { tag_name: tag, name: tag, draft: false, prerelease: false, assets };
  const before: unknown[] = JSON.parse(documents[index] ?? '[]');
  return { [index]: JSON.stringify([release, ...before]) };
}

describe('npm run test:live', () => {
  test('reports that nothing moved, and exits with 0', async () => {
    const only = await serveKnown('openbsd', 'almalinux');
    const { code, stdout } = await canary.run(...only);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^2 vendors, 13 images, \d+ documents \([\d.]+ KiB\), no image byte: nothing moved\n$/,
    );
  });

  test('reports a vendor without facts, and --update writes them', async () => {
    await canary.site.serve('openbsd', canary.signer);
    const { code, stdout } = await canary.run('--only', 'openbsd');
    expect(code).toBe(10);
    expect(stdout).toMatch(/^openbsd +facts +none yet +3 releases, 3 images$/m);
    expect(await readFacts(canary.facts)).toEqual({});
    await canary.run('--only', 'openbsd', '--update');
    const { openbsd: facts } = await readFacts(canary.facts);
    expect(facts?.since).toBe('2026-11-20');
    expect(facts?.releases).toMatchObject({
      7.9: { arches: ['amd64'], variants: expect.anything() },
    });
    expect(facts?.images['latest amd64']).toEqual({
      ...{ release: '7.9', variant: 'min', level: 'checksum', signers: [], layers: ['qcow2'] },
      address:
        'github.com/hcartiaux/openbsd-cloud-image/releases/download/v#_#-#-#-#-#/openbsd-min.qcow2',
      sized: true,
    });
  });

  test('reports a new release', async () => {
    const only = await serveKnown('openbsd');
    await canary.site.serve('openbsd', canary.signer, withRelease('v8.0_2026-11-12-10-00'));
    expect(await changesOf(only)).toEqual([
      { where: '8.0', what: 'release', shipped: '-', now: 'amd64' },
      { where: 'latest amd64', what: 'release', shipped: '7.9', now: '8.0' },
    ]);
  });

  test('does not report a new build of a known release', async () => {
    const only = await serveKnown('openbsd');
    await canary.site.serve('openbsd', canary.signer, withRelease('v7.9_2026-11-12-10-00'));
    expect(await changesOf(only)).toEqual([]);
  });

  test('reports another signer, once for all images', async () => {
    const only = await serveKnown('almalinux');
    await canary.site.serve('almalinux', canary.other);
    const { signer, other } = canary;
    expect(await changesOf(only)).toContainEqual({
      where: '8 amd64, 9 amd64 s390x, latest amd64 s390x',
      what: 'signers',
      shipped: signer.fingerprint,
      now: other.fingerprint,
    });
  });

  test('reports a signer that may not sign', async () => {
    const only = await serveKnown('almalinux');
    await canary.site.serve('almalinux', createOpenpgpSigner());
    const [change, ...others] = await changesOf(only);
    expect(change).toMatchObject({ what: 'image', shipped: 'resolved' });
    expect(change?.now).toMatch(/^ERR_UNKNOWN_SIGNER: /);
    expect(others.every(({ what }) => what === 'image')).toBe(true);
  });

  test('reports a removed architecture', async () => {
    const only = await serveKnown('cirros');
    const names = ['x86_64', 'arm', 'ppc64le'].map((word) => `cirros-0.6.3-${word}-disk.img`);
    await canary.site.serve('cirros', canary.signer, {
      [`${cirrosSite}0.6.3/`]: folderPage('/0.6.3/', [...names, 'SHA256SUMS']),
    });
    expect(await changesOf(only)).toEqual([
      {
        ...{ where: '0.6', what: 'architectures' },
        ...{ shipped: 'amd64 arm arm64 ppc64le', now: 'amd64 arm ppc64le' },
      },
      {
        ...{ where: 'latest arm64', what: 'image', shipped: 'resolved' },
        now: expect.stringMatching(/^ERR_NOT_FOUND: /),
      },
    ]);
  });

  test('reports a file with other layers', async () => {
    const only = await serveKnown('talos');
    const file = `${factory}image/${empty}/v1.14.6/nocloud-amd64.raw.zst`;
    await canary.site.serve('talos', canary.signer, { [file]: 'not to be read' });
    expect(await changesOf(only)).toEqual([
      { where: 'latest amd64', what: 'layers', shipped: 'xz>raw', now: 'zst>raw' },
      {
        ...{ where: 'latest amd64', what: 'address' },
        shipped: 'factory.talos.dev/image/#/v#/nocloud-amd64.raw.xz',
        now: 'factory.talos.dev/image/#/v#/nocloud-amd64.raw.zst',
      },
    ]);
  });

  test('writes the tables as Markdown, in which no text of upstream is markup', async () => {
    const only = await serveKnown('openbsd');
    await canary.site.serve('openbsd', canary.signer, withRelease('v8.0_2026-11-12-10-00'));
    const report = join(canary.folder, 'report.md');
    await canary.run(...only, '--report', report);
    const lines = (await readFile(report, 'utf8')).split('\n');
    expect(lines[0]).toMatch(/^The vendors were asked on 2026-11-20\. 1 vendor, 4 images, /);
    expect(lines).toContain('| vendor | where | what | shipped | now |');
    expect(lines).toContain('| `openbsd` | `8.0` | `release` | `-` | `amd64` |');
  });

  test.each([
    [['--only', 'ubunut'], 'Did you mean "ubuntu"?'],
    [['--only', 'bundle'], 'bundle has no upstream'],
    [['--at', 'yesterday'], '--at yesterday is no date'],
    [['--forever'], '--forever'],
  ])('refuses %j with 2', async (options, words) => {
    const { code, stderr, stdout } = await canary.run(...options);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(words);
  });
});
