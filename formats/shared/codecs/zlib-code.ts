/** The code of an error of `node:zlib`, which also names what libzstd says; `undefined` for other errors. */
export function zlibCode(error: unknown): string | undefined {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : undefined;
}
