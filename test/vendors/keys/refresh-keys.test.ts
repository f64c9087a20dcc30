import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type RefreshJob, refreshKeys } from '../../../vendors/keys/refresh-keys.ts';
import {
  armorKeys,
  fingerprintOfKey,
  type MadeKey,
  makeKeyring,
  makeSignifyKey,
} from './make-keyring.ts';

let folder: string;
let rings: string;
let material: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rootdisk-keys-'));
  rings = join(folder, 'keyrings');
  material = join(folder, 'material');
  await mkdir(join(rings, 'below'), { recursive: true });
  await mkdir(material);
});
afterEach(() => rm(folder, { recursive: true }));

const at = (text: string) => new Date(`${text}T12:00:00Z`);
const acme7: MadeKey = {
  userId: 'Acme (7) <acme-7@example.com>',
  seed: 7,
  created: at('2024-01-01'),
  expires: at('2027-01-01'),
  subkeys: [{ seed: 70, created: at('2024-01-02'), expires: at('2026-01-02') }],
};
const fingerprint = fingerprintOfKey(acme7);

function run(more: Partial<RefreshJob> = {}): ReturnType<typeof refreshKeys> {
  return refreshKeys({ from: [rings], material, add: {}, check: false, ...more });
}

async function hold(key: MadeKey = acme7): Promise<void> {
  await writeFile(join(rings, 'acme.gpg'), makeKeyring([key]));
  await run({ add: { 'acme-7': fingerprintOfKey(key) } });
}

test('a new key is written once, from a binary or an armored keyring', async () => {
  await writeFile(join(rings, 'below', 'acme.gpg'), makeKeyring([acme7]));
  const changes = await run({ add: { 'acme-7': fingerprint } });
  expect(changes).toEqual([{ name: 'acme-7', lines: ['new: Acme (7) <acme-7@example.com>'] }]);
  const written = await readFile(join(material, 'acme-7.ts'), 'utf8');
  expect(written).toContain(`${fingerprint}. Written by refresh-keys.ts.`);

  await rm(join(rings, 'below', 'acme.gpg'));
  await writeFile(join(rings, 'acme.asc'), armorKeys([{ ...acme7, seed: 8 }, acme7]));
  expect(await run()).toEqual([]);
  expect(await readFile(join(material, 'acme-7.ts'), 'utf8')).toBe(written);
});

test('a changed expiry and a new subkey are reported', async () => {
  await hold();
  const renewed = {
    ...acme7,
    renewed: at('2025-06-01'),
    expires: at('2030-01-01'),
    subkeys: [...(acme7.subkeys ?? []), { seed: 71, created: at('2025-06-01') }],
  };
  await writeFile(join(rings, 'acme.gpg'), makeKeyring([renewed]));
  const subkey = fingerprintOfKey({ seed: 71, created: at('2025-06-01') });
  const lines = ['expires 2030-01-01 (was 2027-01-01)', `new subkey ${subkey}, expires 2030-01-01`];
  expect(await run({ check: true })).toEqual([{ name: 'acme-7', lines }]);
  expect(await run()).toEqual([{ name: 'acme-7', lines }]);
  expect(await run()).toEqual([]);
});

test('a revoked key and a revoked subkey are reported', async () => {
  await hold();
  const [subkey = { seed: 0, created: at('2024-01-02') }] = acme7.subkeys ?? [];
  const revoked = {
    ...acme7,
    renewed: at('2025-01-01'),
    revoked: true,
    subkeys: [{ ...subkey, revoked: true }],
  };
  await writeFile(join(rings, 'acme.gpg'), makeKeyring([revoked]));
  const gone = `subkey ${fingerprintOfKey(subkey)} is gone or revoked`;
  expect(await run()).toEqual([{ name: 'acme-7', lines: [gone, 'REVOKED'] }]);
});

test('of several copies the newest is used, and an older one never replaces it', async () => {
  const renewed = { ...acme7, renewed: at('2025-06-01'), expires: at('2030-01-01') };
  await writeFile(join(rings, 'a.gpg'), makeKeyring([renewed]));
  await writeFile(join(rings, 'b.gpg'), makeKeyring([acme7]));
  await run({ add: { 'acme-7': fingerprint } });
  const written = await readFile(join(material, 'acme-7.ts'), 'utf8');
  await rm(join(rings, 'a.gpg'));
  const lines = ['only an older copy was found: kept as it is'];
  expect(await run()).toEqual([{ name: 'acme-7', lines }]);
  expect(await readFile(join(material, 'acme-7.ts'), 'utf8')).toBe(written);
});

test('a key that no package has any more is reported and kept', async () => {
  await hold();
  await rm(join(rings, 'acme.gpg'));
  expect(await run()).toEqual([{ name: 'acme-7', lines: [`${fingerprint} was not found`] }]);
  expect(await readdir(material)).toEqual(['acme-7.ts']);
});

test('the likely successor of a key is named; older and unrelated keys are not', async () => {
  const acme8 = {
    ...acme7,
    seed: 8,
    userId: 'Acme (8) <acme-8@example.com>',
    created: at('2025-01-01'),
  };
  const acme6 = {
    ...acme7,
    seed: 6,
    userId: 'Acme (6) <acme-6@example.com>',
    created: at('2023-01-01'),
  };
  const other = {
    ...acme7,
    seed: 5,
    userId: 'Other (8) <other@example.com>',
    created: at('2025-01-01'),
  };
  await hold();
  await writeFile(join(rings, 'more.gpg'), makeKeyring([acme6, acme8, other]));
  const lines = [`Acme (8) <acme-8@example.com>: ${fingerprintOfKey(acme8)}`];
  expect(await run()).toEqual([{ name: 'not held', lines }]);
});

test('signify keys are updated in the same way', async () => {
  await writeFile(
    join(rings, 'acme-9.pub'),
    makeSignifyKey('acme 9 public key', '0123456789abcdef'),
  );
  await run({ add: { 'acme-9': '0123456789ABCDEF' } });
  expect(await readFile(join(material, 'acme-9.ts'), 'utf8')).toContain(
    'untrusted comment: acme 9',
  );
  await writeFile(
    join(rings, 'acme-8.pub'),
    makeSignifyKey('acme 8 public key', '00000000000000aa'),
  );
  expect(await run()).toEqual([]);
  await writeFile(
    join(rings, 'acme-10.pub'),
    makeSignifyKey('acme 10 public key', '00000000000000bb'),
  );
  const lines = ['acme 10 public key: 00000000000000BB'];
  expect(await run()).toEqual([{ name: 'not held', lines }]);
});

test('files without a key are skipped', async () => {
  await hold();
  await writeFile(join(rings, 'README'), 'read me');
  await writeFile(join(rings, 'cut.gpg'), makeKeyring([acme7]).subarray(0, 100));
  await writeFile(join(rings, 'new.asc'), armorKeys([]));
  expect(await run()).toEqual([]);
});

test('the command exits with 1 when a check finds a difference, and writes nothing', async () => {
  await writeFile(join(rings, 'acme.gpg'), makeKeyring([acme7]));
  const script = fileURLToPath(new URL('../../../vendors/keys/refresh-keys.ts', import.meta.url));
  const start = (...options: string[]) =>
    new Promise<{ code: number; stdout: string }>((resolve) => {
      const command = [script, rings, '--material', material, ...options];
      execFile(process.execPath, command, (error, stdout) => {
        resolve({ code: Number(error?.code ?? 0), stdout });
      });
    });
  const add = ['--add', `acme-7=${fingerprint}`];
  expect(await start('--check', ...add)).toEqual({
    code: 1,
    stdout: 'acme-7: new: Acme (7) <acme-7@example.com>\n',
  });
  expect(await readdir(material)).toEqual([]);
  expect((await start(...add)).code).toBe(0);
  expect(await start('--check')).toEqual({ code: 0, stdout: 'nothing changed\n' });
});
