import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Consumer, installPackage, root } from './consumer.ts';

let consumer: Consumer;
beforeAll(async () => {
  consumer = await installPackage();
});
afterAll(() => consumer.close());

/** The code of every consumer, for any target. */
const program = `
  import { builtIns, ensureImage, isImageError, type EnsuredImage, type ProgressEvent } from 'rootdisk';
  import { createRootdisk, type Rootdisk, type RootdiskDefaults } from 'rootdisk/core';
  import { defineFormat, defineVendor, defineVerifier, type Codec } from 'rootdisk/kit';
  import { startUpstream, type Upstream } from 'rootdisk/testing';
  import { debian } from 'rootdisk/vendors/debian';
  import { qcow2 } from 'rootdisk/formats/qcow2';
  import { digest } from 'rootdisk/verifiers/digest';
  const options = { onProgress: (event: ProgressEvent) => event.type };
  const image: EnsuredImage = await ensureImage('debian:13', options);
  export const level: string = image.trust.level;
  export const release: string = image.release;
  await image.dispose();
  const defaults: RootdiskDefaults = { cacheDir: undefined, limits: { nesting: 2 } };
  const mine: Rootdisk = createRootdisk({ vendors: [debian], formats: [qcow2], verifiers: [digest], defaults });
  export const { ensureImage: ensure, verifyDocument } = mine;
  export const all: Rootdisk = createRootdisk({ ...builtIns, defaults });
  export const none: Rootdisk = createRootdisk({});
  export const upstream: Promise<Upstream> = startUpstream();
  export const code = (error: unknown): string => (isImageError(error) ? error.code : '');
  export const codec: Codec = defineFormat({
    kind: 'codec', id: 'none', detect: () => false, decode: (source) => source.stream(),
  });
  export { defineVendor, defineVerifier };`;

const disposal = `
  import { ensureImage, type EnsuredImage } from 'rootdisk';
  await using image = await ensureImage('debian:13');
  const end: () => Promise<void> = image[Symbol.asyncDispose];
  export const disposable: AsyncDisposable = image;
  export const same: EnsuredImage = { ...image, [Symbol.asyncDispose]: end };`;

const words = `
  import { ensureImage, listImages, resolveImage, type EnsuredImage, type EnsureOptions } from 'rootdisk';
  import type { ImageReference, Listing, ResolvedImage, VendorId } from 'rootdisk';
  declare const text: string;
  export const options: EnsureOptions = { arch: 'arm64' };
  export const built: Promise<EnsuredImage> = ensureImage('ubuntu:24.04@20260712', { arch: 'x86_64' });
  export const own: Promise<EnsuredImage> = ensureImage('my-vendor:7', { arch: text });
  export const given: Promise<EnsuredImage> = ensureImage(text);
  export const address: Promise<ResolvedImage> = resolveImage(new URL('https://example.org/disk.raw'));
  export const releases: AsyncIterable<Listing> = listImages('my-vendor');
  export const reference: ImageReference = text;
  export const vendor: VendorId = text;
  // What takes any text takes the place of a verb still.
  export const stub: typeof ensureImage = (reference: string | URL) => ensureImage(reference);`;

const cases: [string, string, object][] = [
  ['es2022, which knows no asyncDispose', program, { target: 'es2022' }],
  ['es2023', program, { target: 'es2023' }],
  [
    'declarations of their own',
    words,
    { target: 'es2022', declaration: true, isolatedDeclarations: true },
  ],
  ['esnext', program, { target: 'esnext' }],
  ['esnext: await using', disposal, { target: 'esnext' }],
  [
    'es2022 with the library of disposables: await using',
    disposal,
    { target: 'es2022', lib: ['es2022', 'dom', 'dom.asynciterable', 'esnext.disposable'] },
  ],
];

async function writeProject(text: string, options: object): Promise<void> {
  const { folder } = consumer;
  await writeFile(join(folder, 'consumer.ts'), text);
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    module: 'nodenext',
    types: [],
    skipLibCheck: false,
    ...options,
  };
  const config = { compilerOptions, files: ['consumer.ts'] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
}

test.each(cases)('compile strictly, without @types/node: %s', async (_title, text, options) => {
  const { folder, node } = consumer;
  await writeProject(text, options);
  const { stdout, status } = node(join(root, 'node_modules/typescript/bin/tsc'), '-p', folder);
  expect(stdout).toBe('');
  expect(status).toBe(0);
});

// A native package for each system, needed only here: not a dependency of the project.
test('the newest TypeScript compiles the same', async (context) => {
  const { folder } = consumer;
  const tsc = (...parameters: string[]) =>
    spawnSync('npx', ['-y', '-p', 'typescript@latest', '-c', ['tsc', ...parameters].join(' ')], {
      cwd: folder,
      encoding: 'utf8',
    });
  const version = tsc('--version').stdout.trim();
  if (!/^Version \d/.test(version)) {
    expect(process.env['CI'], 'npx got no typescript@latest').toBeUndefined();
    console.warn('skipped: npx got no typescript@latest, is there a network?');
    context.skip();
  }
  console.log(`newest TypeScript: ${version}`);
  for (const [title, text, options] of cases) {
    await writeProject(text, options);
    const { stdout, status } = tsc('-p', folder);
    expect([title, stdout, status]).toEqual([title, '', 0]);
  }
});
