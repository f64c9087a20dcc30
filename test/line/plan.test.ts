import { describe, expect, test } from 'vitest';
import type { Proof } from '../../src/contracts/proof.ts';
import type { Artifact, ImageRequest, Resolution } from '../../src/contracts/vendor.ts';
import { builtIns } from '../../src/index.ts';
import { planImage } from '../../src/line/plan.ts';
import { isReader } from '../../src/parts/format-kinds.ts';

const request: ImageRequest = { vendor: 'acme', release: 'latest', arch: 'arm64' };
const digest: Proof = { kind: 'digest', digest: `sha256:${'0'.repeat(64)}`, from: 'index' };
const options = { format: 'raw', trust: 'auto', digest: undefined } as const;

function artifact(layers: string[], more: Partial<Artifact> = {}): Artifact {
  const fileName = `disk.${layers.join('.')}`;
  const url = new URL(`https://acme.example/${fileName}`);
  return { url, fileName, layers, proofs: [digest], ...more };
}

function resolution(...disk: Artifact[]): Resolution {
  return { release: '7', codename: 'seven', variant: 'small', snapshot: '20260101', disk };
}

const plan = (answer: Resolution, about: object = {}, of = request) =>
  planImage(of, answer, { ...options, ...about }, builtIns.formats.filter(isReader));

describe('planning', () => {
  test.each([
    [{}, ['qcow2'], 'acme_7_small_arm64_20260101.raw'],
    [{ format: 'source' }, ['qcow2'], 'acme_7_small_arm64_20260101.qcow2'],
    [{ format: 'source' }, ['xz', 'raw'], 'acme_7_small_arm64_20260101.raw'],
    [{ format: 'source' }, [], 'acme_7_small_arm64_20260101.image'],
  ])('%j of %j gets the name %s', (about, layers, name) => {
    expect(plan(resolution(artifact(layers)), about).cacheName).toBe(name);
  });

  test('parameters are part of the name, in any order', () => {
    const name = (parameters: Record<string, string>) =>
      plan(resolution(artifact(['raw'])), {}, { ...request, parameters }).cacheName;
    expect(name({ a: '1', b: '2' })).toBe(name({ b: '2', a: '1' }));
    expect(name({ a: '1' })).toMatch(/_20260101\+p[0-9a-f]{8}\.raw$/);
    expect(name({ a: '1' })).not.toBe(name({ a: '2' }));
  });

  test('the first artifact that can be decoded is used', () => {
    const answer = resolution(artifact(['rar', 'raw']), artifact(['xz', 'raw']));
    expect(plan(answer).artifact.layers).toEqual(['xz', 'raw']);
    const none = () => plan(resolution(artifact(['rar'])));
    expect(none).toThrow(expect.objectContaining({ code: 'ERR_UNSUPPORTED_FORMAT' }));
  });

  test.each([
    [['qcow2'], {}, 400],
    [['raw'], {}, 200],
    [['xz', 'raw'], {}, 400],
    // Unpacked to a scratch file, because its tables are read from there.
    [['xz', 'qcow2'], {}, 700],
    [['tar', 'vmdk'], {}, 400],
    [['xz', 'qcow2'], { format: 'source' }, 400],
    [['qcow2'], { format: 'source' }, 100],
  ])('the peak of %j with %j is %i for a download of 100 bytes', (layers, about, peak) => {
    expect(plan(resolution(artifact(layers, { sizeBytes: 100 })), about).peakBytes).toBe(peak);
  });

  const list: Proof = { kind: 'checksums', url: new URL('https://acme.example/SUMS') };
  const tls: Proof = { kind: 'tls', reason: 'none' };
  const signed: Proof = {
    ...list,
    signature: { form: 'openpgp', at: 'inline', signers: [], keys: [] },
  };
  test.each([
    [[digest], {}, 'checksum', 'checksum'],
    [[list, tls], {}, 'checksum', 'checksum'],
    [[tls], {}, 'tls', 'tls'],
    [[list, signed], {}, 'signed', 'signed'],
    [[{ ...list, via: signed }], {}, 'signed', 'signed'],
    [[signed], { trust: 'tls' }, 'signed', 'tls'],
    [[tls], { trust: 'signed' }, 'tls', 'signed'],
    [[signed], { digest: `sha256:${'1'.repeat(64)}` }, 'signed', 'pinned'],
  ])('proofs %# with %j offer %s and require %s', (proofs, about, offered, demanded) => {
    const answer = resolution(artifact(['raw'], { proofs: proofs as Proof[] }));
    expect(plan(answer, about)).toMatchObject({ offered, demanded });
  });
});
