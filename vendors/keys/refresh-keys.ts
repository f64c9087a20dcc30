import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compareKeys, isSuccessor } from './refresh/compare-keys.ts';
import { type KeyFacts, readFacts } from './refresh/key-facts.ts';
import { readKeyring, type StoredKey } from './refresh/keyring.ts';
import { formatMaterial, parseMaterial } from './refresh/material-file.ts';

interface Change {
  name: string;
  lines: string[];
}
interface Material extends StoredKey {
  name: string;
  source: string;
  facts: KeyFacts;
}

/** The task of one run. `add` names new material files and the full fingerprints of their keys. */
export interface RefreshJob {
  /** Folders or files with keys, as packages ship them; every file of a folder is read. */
  from: string[];
  /** The folder of the material files. */
  material: string;
  add: Record<string, string>;
  /** Writes no file. */
  check: boolean;
}

/** A larger file is not a keyring. */
const maxFileBytes = 8 * 1024 * 1024;

/**
 * Updates the material files from newer copies of their keys; returns the differences, by file, in
 * reading order.
 */
export async function refreshKeys(job: RefreshJob): Promise<Change[]> {
  const found = pickNewest((await Promise.all(job.from.map(readKeysBelow))).flat());
  const held = await readHeld(job.material);
  const wanted = new Map<string, string>([
    ...held.map(({ name, fingerprint }) => [name, fingerprint] as const),
    ...Object.entries(job.add),
  ]);
  const changes: Change[] = [];
  for (const [name, fingerprint] of [...wanted].sort(([a], [b]) => a.localeCompare(b, 'en'))) {
    const before = held.find((material) => material.name === name);
    const key = found.get(fingerprint.replaceAll(' ', '').toUpperCase());
    if (key === undefined) {
      changes.push({ name, lines: [`${fingerprint} was not found`] });
      continue;
    }
    const facts = readFacts(key);
    const lines = before ? compareKeys(before.facts, facts) : [`new: ${facts.userId}`];
    const isOlder = before !== undefined && facts.renewed < before.facts.renewed;
    const source = isOlder ? before.source : formatMaterial(key);
    if (source !== before?.source && lines.length === 0) lines.push('other bytes');
    if (lines.length > 0) changes.push({ name, lines });
    if (!job.check && source !== before?.source) {
      await writeFile(join(job.material, `${name}.ts`), source);
    }
  }
  const pinned = new Set(wanted.values());
  return [...changes, ...listSuccessors(held, found, pinned)];
}

/** Keys that no material file holds and that look like the next key of a vendor. */
function listSuccessors(
  held: Material[],
  found: Map<string, StoredKey>,
  pinned: Set<string>,
): Change[] {
  const unpinned = [...found.values()].filter(({ fingerprint }) => !pinned.has(fingerprint));
  const likely = unpinned.flatMap((key) => {
    const facts = readFacts(key);
    const kin = held.filter((material) => material.form === key.form);
    const older = kin.filter((material) => isSuccessor(facts, material.facts));
    // Only keys made after every held key of that name, so that keys left out on purpose stay out.
    const newer = kin.filter((material) => isSuccessor(material.facts, facts));
    return older.length > 0 && newer.length === 0 ? [`${facts.userId}: ${key.fingerprint}`] : [];
  });
  return likely.length === 0 ? [] : [{ name: 'not held', lines: likely.sort() }];
}

function pickNewest(keys: StoredKey[]): Map<string, StoredKey> {
  const best = new Map<string, StoredKey>();
  const order = (key: StoredKey) => readFacts(key).renewed;
  const sorted = keys.sort(
    (a, b) => order(a) - order(b) || a.text.length - b.text.length || (a.text < b.text ? -1 : 1),
  );
  for (const key of sorted) best.set(key.fingerprint, key);
  return best;
}

async function readHeld(folder: string): Promise<Material[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort();
  return Promise.all(
    names.map(async (file) => {
      const source = await readFile(join(folder, file), 'utf8');
      const [key] = readKeyring(Buffer.from(parseMaterial(source)));
      if (key === undefined) throw new Error(`${file} holds no key`);
      return { ...key, name: file.slice(0, -3), source, facts: readFacts(key) };
    }),
  );
}

async function readKeysBelow(path: string): Promise<StoredKey[]> {
  const facts = await stat(path);
  if (facts.isDirectory()) {
    const names = await readdir(path);
    return (await Promise.all(names.map((name) => readKeysBelow(join(path, name))))).flat();
  }
  return facts.isFile() && facts.size <= maxFileBytes ? readKeyring(await readFile(path)) : [];
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      check: { type: 'boolean', default: false },
      add: { type: 'string', multiple: true, default: [] },
      material: { type: 'string' },
    },
  });
  const material = values.material ?? fileURLToPath(new URL('material', import.meta.url));
  const add = Object.fromEntries(values.add.map((entry) => entry.split('=', 2)));
  const changes = await refreshKeys({ from: positionals, material, add, check: values.check });
  for (const { name, lines } of changes) {
    for (const line of lines) process.stdout.write(`${name}: ${line}\n`);
  }
  if (changes.length === 0) process.stdout.write('nothing changed\n');
  if (values.check && changes.length > 0) process.exitCode = 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
