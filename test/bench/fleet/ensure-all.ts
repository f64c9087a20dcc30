import { pathToFileURL } from 'node:url';
import { root } from '../built-package.ts';

/** Ensures references in one process: `at-once` or `in-turn`, the options as JSON, the references. Prints the paths. */
const [mode, options = '{}', ...references] = process.argv.slice(2);
const { ensureImage } = (await import(pathToFileURL(`${root}dist/index.js`).href)) as {
  ensureImage: (reference: string, options: object) => Promise<{ path: string }>;
};
const ensure = async (reference: string): Promise<void> => {
  const { path } = await ensureImage(reference, JSON.parse(options));
  process.stdout.write(`${path}\n`);
};
if (mode === 'at-once') await Promise.all(references.map(ensure));
else for (const reference of references) await ensure(reference);
