import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  parseChecksums,
  parseList,
  parseRecord,
  parseText,
  pickChecksum,
} from '../../../src/kit.ts';
import * as minisign from '../../../verifiers/minisign/index.ts';
import * as signify from '../../../verifiers/signify/index.ts';
import { reasonOf } from '../../verifiers/refusal.ts';
import { readSample, samples } from '../read-samples.ts';

interface Case {
  id: string;
  form: string;
  files: string[];
  key: string;
  pick: [string, string][];
}

const from = 'signed/cases.json';
const listed = parseList(
  parseRecord(JSON.parse(samples === undefined ? '{"cases":[]}' : readSample(from)), from)['cases'],
  from,
);
const cases: Case[] = listed.map((value) => {
  const fields = parseRecord(value, from);
  const [key = ''] = parseList(fields['keys'], from).map((name) => parseText(name, from));
  const pick = Object.entries(parseRecord(fields['pick'] ?? {}, from));
  return {
    id: parseText(fields['id'], from),
    form: parseText(fields['form'], from),
    files: Object.keys(parseRecord(fields['files'], from)),
    key,
    pick: pick.map(([name, digest]) => [name, parseText(digest, from)]),
  };
});

function readBytes(...path: string[]): Buffer {
  return readFileSync(join(samples ?? '', ...path));
}

function readKey({ id, key }: Case): Buffer {
  return key.startsWith('./') ? readBytes('signed', id, key) : readBytes('keys', key);
}

/** The file with one bit of it changed, for every byte. */
function* changeEach(file: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < file.length; at += 1) {
    const changed = Uint8Array.from(file);
    changed[at] = (changed[at] ?? 0) ^ 0x02;
    yield changed;
  }
}

const now = new Date('2026-11-20');

describe.each(cases.filter(({ form }) => form === 'signify-embedded'))('$id', (sample) => {
  const [file = ''] = sample.files;
  const document = readBytes('signed', sample.id, file);
  const { keys } = signify.readSignifyKeys(readKey(sample));
  const policy = { now, name: file };

  test('is valid, and its list names the digests', () => {
    expect(signify.isSignify(document)).toBe(true);
    const { body } = signify.verifyEmbedded(document, keys, policy);
    const list = parseChecksums(Buffer.from(body).toString());
    for (const [name, digest] of sample.pick) {
      expect(pickChecksum(list, name, file).digests).toEqual([`sha256:${digest}`]);
    }
  });

  test('is valid as a detached signature', () => {
    const lines = document.indexOf('\n', document.indexOf('\n') + 1) + 1;
    const [signature, body] = [document.subarray(0, lines), document.subarray(lines)];
    const check = signify.openSignify(signature, keys, policy);
    check.update(body);
    expect(check.finish().signer).toEqual(
      signify.verifySignify(body, signature, keys, policy).signer,
    );
  });

  test('no changed byte is accepted, except in the untrusted comment', () => {
    const free = document.indexOf('\n');
    const held = [...changeEach(document)].flatMap((changed, at) =>
      reasonOf(() => signify.verifyEmbedded(changed, keys, policy)) === 'holds' ? [at] : [],
    );
    expect(held.filter((at) => at >= free || at < 'untrusted comment:'.length)).toEqual([]);
  });
});

test.each(cases.filter(({ form }) => form === 'minisign'))('$id', (sample) => {
  const [name = '', signatureName = ''] = sample.files;
  const document = readBytes('signed', sample.id, name);
  const signature = readBytes('signed', sample.id, signatureName);
  const { keys } = minisign.readMinisignKeys(readKey(sample));
  const policy = { now, name };
  expect(minisign.isMinisign(signature)).toBe(true);
  const verdict = minisign.verifyMinisign(document, signature, keys, policy);
  expect(verdict.signedAt).toEqual(new Date(1_556_193_335_000));

  for (const changed of changeEach(document)) {
    const check = () => minisign.verifyMinisign(changed, signature, keys, policy);
    expect(reasonOf(check)).toBe('signature-bad');
  }
  const free = signature.indexOf('\n');
  const held = [...changeEach(signature)].flatMap((changed, at) =>
    reasonOf(() => minisign.verifyMinisign(document, changed, keys, policy)) === 'holds'
      ? [at]
      : [],
  );
  // The last byte is the line end, which may be missing but not be another character.
  expect(held.filter((at) => at >= free || at < 'untrusted comment:'.length)).toEqual([]);
});

test('key numbers are as their vendors write them', () => {
  const idOf = (read: typeof signify.readSignifyKeys, name: string) =>
    read(readBytes('keys', name)).keys.map(({ id }) => id);
  expect(idOf(minisign.readMinisignKeys, 'void-release-20240314.pub')).toEqual([
    'A3FCFCCA9D356F86',
  ]);
  expect(idOf(minisign.readMinisignKeys, 'void-release-20250202.pub')).toEqual([
    '4D56E70F102AF9F9',
  ]);
  expect(idOf(signify.readSignifyKeys, 'openbsd-76-base.pub')).toEqual(['E4BB09F899BABCA2']);
});
