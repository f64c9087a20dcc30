import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../built-package.ts';

/** Converts files to raw disks in one process: `at-once` or `in-turn`, a folder for the disks, the files. */
const [mode, folder = '.', ...files] = process.argv.slice(2);
const { convertImage } = (await import(pathToFileURL(`${root}dist/index.js`).href)) as {
  convertImage: (source: string, output: string) => Promise<unknown>;
};
const convert = (file: string): Promise<unknown> =>
  convertImage(file, join(folder, `${basename(file)}.out`));
if (mode === 'at-once') await Promise.all(files.map(convert));
else for (const file of files) await convert(file);
