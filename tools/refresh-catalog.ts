import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { CatalogEntry } from '../src/catalog/catalog.ts';
import { formatCatalog } from '../src/catalog/format-catalog.ts';
import { readCatalog } from '../src/catalog/read-catalog.ts';
import { builtIns, createRootdisk } from '../src/index.ts';
import { compareVersions } from '../src/kit/versions.ts';
import { askVendors } from './catalog/ask-vendors.ts';
import { describeChanges } from './catalog/describe-changes.ts';
import { readPins } from './catalog/read-pins.ts';

/**
 * The only program that writes the catalog: asks the vendors for the current images, and prints the changes; `--write`
 * applies them. Operands are references to add (`debian:14`). `--pins FILE` reads a table of pins instead of asking the
 * vendors.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    write: { type: 'boolean' },
    pins: { type: 'string' },
    since: { type: 'string' },
    catalog: { type: 'string' },
    'cache-dir': { type: 'string' },
    mirror: { type: 'string', multiple: true },
  },
});
const path =
  values.catalog ?? fileURLToPath(new URL('../src/catalog/catalog.json', import.meta.url));
const { images: before } = await readCatalog(path);
const today = new Date().toISOString().slice(0, 10);
const mirrors = Object.fromEntries(
  (values.mirror ?? []).map((rule): [string, string] => {
    const [from = '', to = ''] = rule.split('=');
    return [from, to];
  }),
);
const { resolveImage } = createRootdisk({
  ...builtIns,
  defaults: { mirrors, cacheDir: values['cache-dir'], refresh: true },
});
const { images: after, failed } =
  values.pins === undefined
    ? await askVendors(before, positionals, resolveImage, today)
    : { images: fromPins(await readFile(values.pins, 'utf8')), failed: [] };

const changes = describeChanges(before, after);
for (const line of changes) console.log(line);
for (const line of failed) console.error(`kept: ${line}`);
const text = formatCatalog({ images: after });
const isChanged = text !== (await readFile(path, 'utf8'));
if (values.write && isChanged) await writeFile(path, text);
const done = values.write ? 'written' : 'not written: this is a dry run, give --write';
console.log(isChanged ? `${changes.length} changes, ${done}` : 'nothing changes');
process.exitCode = failed.length > 0 ? 1 : 0;

/** Pins since a day; the newest release of a vendor is its latest, for Ubuntu the newest with long-term support. */
function fromPins(table: string): CatalogEntry[] {
  const images = readPins(table).filter(({ bumpedAt }) => bumpedAt >= (values.since ?? ''));
  return images.map((entry) => {
    const { vendor, release } = entry;
    const releases = images
      .filter((one) => one.vendor === vendor)
      .map((one) => one.release)
      .filter((one) => vendor !== 'ubuntu' || /^\d[02468]\.04$/.test(one))
      .sort((a, b) => compareVersions(b, a));
    return releases[0] === release ? { ...entry, latest: true } : entry;
  });
}
