import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { builtIns, createRootdisk } from 'rootdisk';
import { mirrorsFor, startUpstream } from 'rootdisk/testing';
import { acmez } from '../src/acmez.ts';
import { receipts } from '../src/receipts.ts';
import { createAcmeOs } from '../src/vendor.ts';
import { content, documents, image, testKey } from './samples.ts';

test('a reference becomes a verified disk', async () => {
  const upstream = await startUpstream();
  for (const [address, text] of Object.entries(documents)) {
    upstream.route(address.replace('https:/', ''), text);
  }
  upstream.route('images.acme.example/acme-3-amd64.acmez', image);
  const cacheDir = await mkdtemp(join(tmpdir(), 'acme-'));
  const { ensureImage } = createRootdisk({
    vendors: [createAcmeOs(testKey)],
    formats: [...builtIns.formats, acmez],
    verifiers: [...builtIns.verifiers, receipts],
  });
  const disk = await ensureImage('acme-os:anvil', {
    arch: 'amd64',
    cacheDir,
    mirrors: mirrorsFor(upstream, ['https://images.acme.example/']),
  });
  assert.equal(disk.trust.level, 'signed');
  assert.equal((await stat(disk.path)).size, content.length);
  await disk.dispose();
  await rm(cacheDir, { recursive: true });
  await upstream.close();
});
