// Kills itself with SIGKILL at the n-th rename: bundle, options as JSON, n (0: never).
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const [reference = '', options = '{}', count = '0'] = process.argv.slice(2);
const rename = fs.rename;
let renames = 0;
fs.rename = async (from, to) => {
  renames += 1;
  if (renames === Number(count)) process.kill(process.pid, 'SIGKILL');
  await rename(from, to);
};
syncBuiltinESMExports();

const { ensureImage } = await import('../../src/index.ts');
const image = await ensureImage(reference, JSON.parse(options));
await image.dispose();
