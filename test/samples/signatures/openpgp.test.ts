import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseChecksums, pickChecksum } from '../../../src/kit.ts';
import { readKeys } from '../../../verifiers/openpgp/index.ts';
import { createRandom } from '../../verifiers/openpgp/random.ts';
import { readSample, samples } from '../read-samples.ts';
import { type Case, judge, now, readCase, readCases, type Subject } from './openpgp-cases.ts';

const cases = readCases();
const keyFiles =
  samples === undefined
    ? []
    : readdirSync(join(samples, 'keys')).filter((name) => name.endsWith('.asc'));
const reasons: Record<string, string> = {
  'ubuntu-core-jammy-20221027-sha1': 'weak-hash',
  'debian-trixie-security-desync': 'signature-bad',
  'synthetic-future-dated': 'signed-in-future',
};
const warnings: Record<string, string[]> = {
  'opensuse-leap-16.0-aarch64': ['legacy-signature-v3'],
  'opensuse-leap-16.0-aarch64-stale-key-copy': ['key-expired-since', 'legacy-signature-v3'],
  'centos-7.9': ['legacy-signature-v3'],
  'freebsd-13.1-amd64-vm': ['key-expired-since'],
  'freebsd-10.2-amd64-vm': ['key-expired-since'],
  'synthetic-expired-key-signed-before': ['key-expired-since'],
};
const good = cases.filter(({ expect }) => expect.startsWith('valid'));
const named = ({ signer, signers }: Case): string[] =>
  [signer, ...(signers ?? [])].filter((one) => one !== undefined);

test.skipIf(samples === undefined)('there are cases', () => {
  expect(cases).toHaveLength(21);
});

describe('every case', () => {
  test.each(cases)('$id: $expect', (one) => {
    const verdict = judge(readCase(one));
    if (!one.expect.startsWith('valid')) {
      expect(verdict).toBe(reasons[one.id]);
      return;
    }
    if (typeof verdict === 'string') throw new Error(verdict);
    if (one.hash !== undefined) expect(verdict.hash).toBe(one.hash);
    if (one.sigVersion !== undefined) expect(verdict.version).toBe(one.sigVersion);
    if (one.created !== undefined) {
      expect(verdict.signedAt.toISOString().slice(0, 10)).toBe(one.created);
    }
    if (named(one).length > 0) {
      const who = verdict.signers.map(({ fingerprint, subkey }) => subkey ?? fingerprint);
      expect(who).toEqual(named(one));
    }
    expect(verdict.warnings.map(({ code }) => code)).toEqual(warnings[one.id] ?? []);
    const list = Object.entries(one.pick ?? {});
    for (const [name, digest] of list) {
      const sums = parseChecksums(Buffer.from(verdict.body).toString());
      expect(pickChecksum(sums, name, one.id).digests).toContain(
        `${digest.length === 64 ? 'sha256' : 'sha512'}:${digest}`,
      );
    }
  });

  test.each(good)(
    '$id, with its signer allowed by fingerprint: a primary key, or the subkey itself',
    (one) => {
      const subject = readCase(one);
      const verdict = judge(subject);
      if (typeof verdict === 'string') throw new Error(verdict);
      for (const { fingerprint, subkey = fingerprint } of verdict.signers) {
        expect(judge(subject, { signers: [fingerprint] })).toHaveProperty('signer');
        expect(judge(subject, { signers: [subkey] })).toHaveProperty('signer');
      }
      expect(judge(subject, { signers: ['0'.repeat(40)] })).toBe('signer-unknown');
      expect(judge(subject, {}, [])).toBe('signer-unknown');
    },
  );

  test.each(good)('$id, before it was signed', (one) => {
    const subject = readCase(one);
    const verdict = judge(subject);
    if (typeof verdict === 'string') throw new Error(verdict);
    const first = Math.min(verdict.signedAt.getTime());
    expect(judge(subject, { now: new Date(first - 24 * 3600_000) })).toBe('signed-in-future');
    expect(judge(subject, { now: new Date(first + 1000) })).toHaveProperty('signer');
  });

  test.each(good)('$id, with the keys of every vendor given', (one) => {
    const keys = [...allKeys(), ...readKeys(readCase(one).keys).keys];
    expect(judge(readCase(one), {}, keys)).toHaveProperty('signer');
  });
});

describe('changed', () => {
  test.each(good)('$id: a bit of the document', (one) => {
    const subject = readCase(one);
    const before = judge(subject);
    if (typeof before === 'string') throw new Error(before);
    const random = createRandom(one.id.length);
    for (let count = 0; count < 60; count += 1) {
      const after = judge({ ...subject, document: flip(subject.document, random) });
      if (typeof after !== 'string') expectSame(after, before, subject);
    }
  });

  test.each(good)('$id: a bit of the signature', (one) => {
    const subject = readCase(one);
    const before = judge(subject);
    if (typeof before === 'string') throw new Error(before);
    const random = createRandom(one.id.length + 1);
    for (let count = 0; count < 60; count += 1) {
      if (subject.signature === undefined) continue;
      const after = judge({ ...subject, signature: flip(subject.signature, random) });
      if (typeof after !== 'string') expectSame(after, before, subject);
    }
  });

  test.each(good)('$id: cut, doubled, with an additional line, with text around', (one) => {
    const subject = readCase(one);
    const forged = Buffer.from(`${'0'.repeat(64)}  forged.img\n`);
    const { document, signature } = subject;
    const half = document.subarray(0, document.length >> 1);
    const variants = [half, Buffer.concat([document, forged]), Buffer.concat([forged, document])];
    for (const changed of [...variants, Buffer.concat([document, document]), Buffer.alloc(0)]) {
      expect(judge({ ...subject, document: changed })).toMatch(/^(malformed|signature-bad)$/);
    }
    const around = [Buffer.concat([forged, signature ?? document])];
    for (const changed of around) {
      if (signature === undefined) continue;
      expect(judge({ ...subject, signature: changed })).toBe('malformed');
    }
  });

  const bodies = good.filter(({ form }) => form === 'openpgp-clearsigned');
  test.each(bodies)('$id: a line before its blank line', (one) => {
    const subject = readCase(one);
    const text = subject.document.toString('latin1').replace('\n\n', '\nforged line\n\n');
    expect(judge({ ...subject, document: Buffer.from(text, 'latin1') })).toBe('malformed');
  });

  test('lists and signatures of different days do not match', () => {
    const detached = good.filter(({ form }) => form === 'openpgp-detached').map(readCase);
    for (const one of detached) {
      for (const other of detached) {
        if (one.document.equals(other.document)) continue;
        const mixed = { ...one, signature: other.signature, keys: other.keys };
        expect(judge(mixed)).toBe('signature-bad');
      }
    }
  });
});

describe('every key file', () => {
  test.each(keyFiles)('%s', (file) => {
    const { keys, notes } = readKeys(readSample(`keys/${file}`));
    const listed = readSample('keys/SOURCES.md')
      .split('\n')
      .filter((line) => line.startsWith(`| ${file} |`))
      .flatMap((line) => line.split('|')[2]?.match(/[0-9A-F]{40}/g) ?? []);
    const primaries = new Set(
      keys.flatMap(({ fingerprint, subkeys }) => [
        fingerprint,
        ...subkeys.map(({ packet }) => packet.fingerprint),
      ]),
    );
    for (const fingerprint of listed) expect(primaries).toContain(fingerprint);
    expect(keys.length).toBeGreaterThan(0);
    const isPostQuantum = file === 'centos-pqc.asc';
    expect(notes.join()).toMatch(isPostQuantum ? /cannot verify anything/ : /^$/);
  });

  test('an unusable key does not affect the other keys of its file', () => {
    const one = cases.find(({ id }) => id === 'centos-7.9');
    if (one === undefined) return;
    const subject = readCase(one);
    const strange = Buffer.from(readSample('keys/centos-pqc.asc'));
    for (const keys of [
      [strange, subject.keys],
      [subject.keys, strange],
    ]) {
      expect(judge({ ...subject, keys: Buffer.concat(keys) })).toHaveProperty('signer');
    }
  });
});

test.skipIf(samples === undefined)(
  'a list with a signature of RSA-4096 is verified quickly',
  () => {
    const one = cases.find(({ id }) => id === 'ubuntu-noble-20260725');
    if (one === undefined) throw new Error('no such case');
    const subject = readCase(one);
    const times = Array.from({ length: 20 }, () => {
      const started = performance.now();
      judge(subject);
      return performance.now() - started;
    }).sort((a, b) => a - b);
    expect(times[10]).toBeLessThan(20);
  },
);

function allKeys(): ReturnType<typeof readKeys>['keys'] {
  return keyFiles.flatMap((name) => readKeys(readSample(`keys/${name}`)).keys);
}

function flip(bytes: Buffer, random: (below: number) => number): Buffer {
  const changed = Buffer.from(bytes);
  const at = random(changed.length);
  changed[at] = (changed[at] ?? 0) ^ (1 << random(8));
  return changed;
}

/** An accepted change has the same meaning: it was in the armor, or in an unsigned area. */
function expectSame(
  after: Exclude<ReturnType<typeof judge>, string>,
  before: Exclude<ReturnType<typeof judge>, string>,
  subject: Subject,
): void {
  if (subject.signature === undefined) {
    expect(Buffer.from(after.body).equals(before.body)).toBe(true);
  }
  expect(after.signedAt.getTime()).toBeLessThanOrEqual(now.getTime());
  const known = before.signers.map(({ fingerprint }) => fingerprint);
  for (const { fingerprint } of after.signers) expect(known).toContain(fingerprint);
}
