import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { builtIns, createRootdisk } from '../../../src/index.ts';
import { parseList, parseOptional, parseRecord, parseText } from '../../../src/kit.ts';
import { parseOutput, runCli } from '../../cli/spawn-cli.ts';
import { readSample, samples } from '../read-samples.ts';

interface Case {
  id: string;
  expect: string;
  /** Paths. */
  document: string;
  signature?: string;
  /** Of a bundle. */
  who?: { identity: string; issuer: string };
  keys: string[];
  /** Full fingerprints, of keys or of the subkeys that signed. */
  signers: string[];
  created?: string;
  validUntil?: string;
  pick: [name: string, digest: string][];
}

const day = '2026-11-20';
const from = 'signed/cases.json';
/** The reason of the error for an invalid signature in a case. */
const refusals: Record<string, string> = {
  'ubuntu-core-jammy-20221027-sha1': 'ERR_WEAK_HASH',
  'debian-trixie-security-desync': 'ERR_SIGNATURE',
  'synthetic-future-dated': 'ERR_SIGNED_IN_FUTURE',
};

function readCase(value: unknown): Case {
  const fields = parseRecord(value, from);
  const text = (name: string) => parseOptional(fields[name], `${from}: ${name}`, parseText);
  const texts = (name: string) =>
    parseList(fields[name] ?? [], `${from}: ${name}`).map((one) => parseText(one, name));
  const id = parseText(fields['id'], `${from}: id`);
  const folder = join(samples ?? '', 'signed', id);
  const keys = texts('keys');
  const files = Object.keys(parseRecord(fields['files'], `${from}: files`));
  const [document = '', signature] = files.filter((name) => !keys.includes(`./${name}`));
  const [signer, created, validUntil] = [text('signer'), text('created'), text('validUntil')];
  return {
    id,
    expect: parseText(fields['expect'], `${from}: expect`),
    document: join(folder, document),
    ...(signature === undefined ? {} : { signature: join(folder, signature) }),
    ...readWho(text('reason') ?? ''),
    keys: keys.map((name) => {
      return name.startsWith('./') ? join(folder, name) : join(samples ?? '', 'keys', name);
    }),
    signers: signer === undefined ? texts('signers') : [signer],
    ...(created === undefined ? {} : { created }),
    ...(validUntil === undefined ? {} : { validUntil }),
    pick: Object.entries(parseRecord(fields['pick'] ?? {}, from)).map(([name, digest]) => [
      name,
      parseText(digest, from),
    ]),
  };
}

/** The cases name them in words. */
function readWho(reason: string): Pick<Case, 'who'> {
  const [, identity, issuer] = /identity (\S+), issuer ([^;\s]+)/.exec(reason) ?? [];
  return identity === undefined || issuer === undefined ? {} : { who: { identity, issuer } };
}

const listed = samples === undefined ? '{"cases":[]}' : readSample(from);
const cases = parseList(parseRecord(JSON.parse(listed), from)['cases'], from).map(readCase);
const valid = cases.filter((one) => one.expect === 'valid');
const invalid = cases.filter((one) => one.expect === 'invalid');
const unusable = cases.filter((one) => one.expect === 'valid-but-unusable');

const { verifyDocument } = createRootdisk(builtIns);
const verify = ({ document, signature, keys, who }: Case, pick?: string) =>
  verifyDocument({
    document: readFileSync(document),
    ...(signature === undefined ? {} : { signature: readFileSync(signature) }),
    keys: keys.map((key) => readFileSync(key)),
    name: document,
    ...who,
    now: new Date(day),
    pick,
  });
const run = ({ document, signature, keys, who }: Case, pick?: string) => {
  const detached = signature === undefined ? [] : ['--signature', signature];
  const named = keys.flatMap((key) => ['--key', key]);
  const picked = pick === undefined ? [] : ['--pick', pick];
  const by = who === undefined ? [] : ['--identity', who.identity, '--issuer', who.issuer];
  const about = [...detached, ...named, ...by, ...picked];
  return runCli(['verify', document, ...about, '--at', day, '--json']);
};

/** The first name with two digests in a list. */
function ambiguousName({ document }: Case): string {
  const rows = readFileSync(document, 'utf8').trim().split('\n');
  const names = rows.map((row) => row.split(/\s+\*?/)[1] ?? '');
  return names.find((name, index) => names.indexOf(name) !== index) ?? '';
}

describe.skipIf(samples === undefined)('signed documents', () => {
  test('their number is unchanged, each of a known kind', () => {
    expect(cases.length).toBeGreaterThanOrEqual(24);
    expect(valid.length + invalid.length + unusable.length).toBe(cases.length);
    expect(invalid.map(({ id }) => id).sort()).toEqual(Object.keys(refusals).sort());
  });

  test.each(valid)('$id is valid, with signer and time of the case', async (one) => {
    const { signer, signedAt, warnings } = await verify(one);
    const who = [signer.fingerprint, signer.subkey];
    if (one.signers.length > 0) expect(one.signers.some((name) => who.includes(name))).toBe(true);
    if (one.created !== undefined) expect(signedAt?.toISOString()).toContain(one.created);
    const isStale = one.validUntil !== undefined && one.validUntil < day;
    expect(warnings.some(({ code }) => code === 'stale')).toBe(isStale);

    const ran = await run(one);
    expect(ran.code).toBe(0);
    expect(parseOutput(ran)).toEqual({
      verdict: 'valid',
      signer: { ...signer },
      ...(signedAt === undefined ? {} : { signedAt: signedAt.toISOString() }),
      warnings,
    });
  });

  test.each(
    valid.flatMap((one) => one.pick.map(([name, digest]) => ({ one, id: one.id, name, digest }))),
  )('$id has one digest for $name', async ({ one, name, digest }) => {
    expect((await verify(one, name)).digest).toMatch(new RegExp(`^sha(256|512):${digest}$`));
    const ran = await run(one, name);
    expect([ran.code, parseOutput(ran)['digest']]).toEqual([0, `sha256:${digest}`]);
  });

  test.each(invalid)('$id is not valid', async (one) => {
    const code = refusals[one.id];
    await expect(verify(one)).rejects.toMatchObject({ code, exitCode: 5 });
    const ran = await run(one);
    expect(ran.code).toBe(5);
    expect(parseOutput(ran)).toMatchObject({ verdict: 'invalid', code });
  });

  test.each(unusable)(
    '$id is valid, but unusable for the name that it lists twice',
    async (one) => {
      expect((await run(one)).code).toBe(0);
      const name = ambiguousName(one);
      expect(name).not.toBe('');
      await expect(verify(one, name)).rejects.toMatchObject({ code: 'ERR_DIGEST', exitCode: 5 });
      const ran = await run(one, name);
      expect(ran.code).toBe(5);
      expect(parseOutput(ran)).toMatchObject({ verdict: 'invalid', code: 'ERR_DIGEST' });
      expect(parseOutput(ran)).not.toHaveProperty('digest');
    },
  );
});
