import { stat } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Imports a module by its path relative to `cwd`, by a `file:` address, or as a package that is installed for `cwd` or
 * beside this one. `undefined` when there is no such module; a module that fails to load throws what it throws.
 */
export async function importModule(name: string, cwd: string): Promise<object | undefined> {
  const path = name.startsWith('file:') ? fileURLToPath(name) : resolve(cwd, name);
  const stats = await stat(path).catch(() => undefined);
  if (stats?.isFile() === true) return await import(pathToFileURL(path).href);
  if (/^(\.{0,2}[\\/]|file:)/.test(name)) return undefined;
  return (await importPackage(name, join(cwd, 'package.json'))) ?? (await importPackage(name));
}

async function importPackage(name: string, from?: string): Promise<object | undefined> {
  // `require.resolve` could look from another folder too, but it does not see packages for `import` only.
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (from === undefined || specifier !== name) return next(specifier, context);
      return next(specifier, { ...context, parentURL: pathToFileURL(from).href });
    },
  });
  try {
    return await import(name);
  } catch (error) {
    if (isMissing(error, name)) return undefined;
    throw error;
  } finally {
    hooks.deregister();
  }
}

/** True when the package itself is missing, not one that it imports. */
function isMissing(error: unknown, name: string): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  if (error.code === 'ERR_INVALID_MODULE_SPECIFIER') return true;
  const parts = name.split('/').slice(0, name.startsWith('@') ? 2 : 1);
  return error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes(`'${parts.join('/')}'`);
}
