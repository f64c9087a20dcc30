import { fileURLToPath } from 'node:url';
import { findBrokenLinks } from './broken-links.ts';

const broken = findBrokenLinks(fileURLToPath(new URL('../../docs/api', import.meta.url)));
for (const line of broken) console.error(line);
if (broken.length > 0) {
  console.error(`${broken.length} broken links in docs/api`);
  process.exitCode = 1;
}
