import { readFileSync, writeFileSync } from 'node:fs';
import { addToIndex, findGaps, formatExports, listEntries, listParts } from './parts.ts';

/** Writes the lists of parts in `package.json` and `src/index.ts`, and prints the remaining manual steps. */
const manifest: Record<string, unknown> = JSON.parse(readFileSync('package.json', 'utf8'));
const exports = formatExports(listEntries('.'));
writeFileSync('package.json', `${JSON.stringify({ ...manifest, exports }, null, 2)}\n`);
const index = readFileSync('src/index.ts', 'utf8');
writeFileSync('src/index.ts', addToIndex(index, listParts('.')));
for (const gap of findGaps('.')) console.log(gap);
