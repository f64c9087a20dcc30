import { type TransformOptions, transform } from 'esbuild';

/** Lines stay short, for the traces of errors. */
const plain: TransformOptions = { format: 'esm', minify: true, lineLimit: 120 };

/** Makes a file short: an install has to stay below 20 MB. */
export async function shorten(code: string, { name }: { name: string }): Promise<string> {
  if (name === 'parts') return await keepMarks(code);
  if (!code.includes('new.target.name')) return (await transform(code, plain)).code;
  // Classes of errors keep their names, which are shown.
  const { minify: _, ...others } = plain;
  const options = { ...others, minifySyntax: true, minifyWhitespace: true };
  return (await transform(code, options)).code;
}

/** Comments that tell bundlers what can go are lost where all white space is: here the indent alone goes. */
async function keepMarks(code: string): Promise<string> {
  const options = { format: 'esm', minifyIdentifiers: true } as const;
  const short = await transform(code, options);
  const lines = short.code.replace(/^ +/gm, '');
  const [before, after] = await Promise.all([
    transform(short.code, plain),
    transform(lines, plain),
  ]);
  if (before.code !== after.code) throw new Error('a text of a part has a line that is indented');
  return lines;
}
