import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { Resolution } from '../../../src/kit.ts';
import { debian } from '../../../vendors/debian.ts';
import { dists, documents, origins, read, sign } from '../documents/debian.ts';
import { ask, type Documents, listAll, serveDocuments } from '../every/serve-documents.ts';

const newest = '20250803+deb13u7';
const older = '20250803';
const images = (build: string) => `${dists}stable/main/installer-amd64/${build}/images/`;
const netboot = 'netboot/debian-installer/amd64/';

/** The installer's list: every file below `images/`, with names that begin with `./`. */
function sumsOf(files: Record<string, string>): string {
  return Object.entries(files)
    .map(([name, text]) => `${createHash('sha256').update(text).digest('hex')}  ./${name}\n`)
    .join('');
}
const files = {
  MANIFEST: 'a',
  'netboot/mini.iso': 'the CD',
  [`${netboot}linux`]: 'the kernel',
  [`${netboot}initrd.gz`]: 'the initrd',
  'netboot/gtk/mini.iso': 'another CD',
};
const sums = sumsOf(files);

/** The archive's list names that of the installer, for each build and for the newest again as `current`. */
function releaseWith(builds: string[]): string {
  const digest = createHash('sha256').update(sums).digest('hex');
  const names = [...builds, 'current'].map(
    (build) => ` ${digest} ${sums.length} main/installer-amd64/${build}/images/SHA256SUMS\n`,
  );
  const head = read('trixie.Release').replace(/^SHA256:[\s\S]*/m, '');
  return sign(`${head.trimEnd()}\nSHA256:\n${names.join('')}`);
}

let site: Documents | undefined;
afterEach(() => site?.close());

async function start(more: Record<string, string> = {}): Promise<Documents> {
  site = await serveDocuments(origins, {
    ...documents,
    [`${dists}stable/InRelease`]: releaseWith([older, newest]),
    [`${images(newest)}SHA256SUMS`]: sums,
    [`${images(older)}SHA256SUMS`]: sums,
    ...more,
  });
  return site;
}

async function boot(): Promise<Resolution> {
  const { context } = await start();
  const request = {
    vendor: 'debian',
    release: 'stable',
    arch: 'amd64',
    variant: 'netboot',
  } as const;
  return await debian.resolve(request, { ...context, boot: true });
}

describe('the network installer', () => {
  it('is a small CD, a kernel and an initrd of the newest build', async () => {
    const image = await boot();
    expect(image).toMatchObject({ release: '13', variant: 'netboot', snapshot: newest });
    expect(image.disk[0]).toMatchObject({
      url: new URL(`${images(newest)}netboot/mini.iso`),
      layers: ['iso'],
    });
    expect(image.boot?.kernel.url.href).toBe(`${images(newest)}${netboot}linux`);
    expect(image.boot?.initrd?.url.href).toBe(`${images(newest)}${netboot}initrd.gz`);
    expect(image.guest).toEqual({ seed: 'none', ssh: false, eol: '2028-08-09' });
  });

  it('has a chain of signed digests: archive, list of the installer, file', async () => {
    const { boot: found } = await boot();
    expect(found?.kernel.proofs).toMatchObject([
      {
        kind: 'checksums',
        name: `${netboot}linux`,
        via: {
          kind: 'checksums',
          url: new URL(`${dists}stable/InRelease`),
          name: `main/installer-amd64/${newest}/images/SHA256SUMS`,
          dialect: 'deb822',
          signature: { form: 'openpgp', at: 'inline' },
        },
      },
    ]);
  });

  it('is available as an older build, too', async () => {
    const found = await ask(debian, await start(), 'stable', 'amd64', {
      variant: 'netboot',
      snapshot: older,
    });
    expect(found.snapshot).toBe(older);
    expect(found.boot).toBeUndefined();
  });

  it.each([
    ['a build that is not listed', 'amd64', { snapshot: '20240101' }, 'snapshot'],
    ['the alias, which moves', 'amd64', { snapshot: 'current' }, 'snapshot'],
    ['an architecture without one', 's390x', {}, 'arch'],
  ] as const)('is not found for %s', async (_, arch, more, field) => {
    const asked = ask(debian, await start(), 'stable', arch, { variant: 'netboot', ...more });
    await expect(asked).rejects.toMatchObject({ code: 'ERR_NOT_FOUND', details: { field } });
  });

  it('is listed if a release has one', async () => {
    const releases = await listAll(debian, await start());
    const has = (name: string) =>
      releases.find(({ codename }) => codename === name)?.variants.includes('netboot');
    expect(has('trixie')).toBe(true);
    expect(has('bookworm')).toBe(false);
  });
});
