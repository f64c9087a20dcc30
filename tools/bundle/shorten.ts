import { type TransformOptions, transform } from 'esbuild';

/** Lines stay short, so that stack traces are readable. */
const plain: TransformOptions = { format: 'esm', minify: true, lineLimit: 120 };

/** Makes a file smaller: an installation must stay below 20 MB. */
export async function shorten(code: string, { name }: { name: string }): Promise<string> {
  if (name === 'parts') return await keepMarks(code);
  if (!code.includes('new.target.name')) return (await transform(code, plain)).code;
  // Error classes keep their names, because messages show them.
  const { minify: _, ...others } = plain;
  const options = { ...others, minifySyntax: true, minifyWhitespace: true };
  return (await transform(code, options)).code;
}

/**
 * Removing all white space would remove the comments that tell bundlers which code is unused: here only the indentation
 * is removed.
 */
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
