import { stat } from 'node:fs/promises';
import * as modules from 'node:module';
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
  try {
    return await (from === undefined ? import(name) : importFrom(name, pathToFileURL(from).href));
  } catch (error) {
    if (isMissing(error, name)) return undefined;
    throw error;
  }
}

/** `require.resolve` could look from another folder too, but it does not see packages for `import` only. */
async function importFrom(name: string, from: string): Promise<object> {
  // Bun has no hooks, and answers for another folder by itself; Node.js does that only behind a flag.
  if (modules.registerHooks === undefined) return await import(import.meta.resolve(name, from));
  const hooks = modules.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, specifier === name ? { ...context, parentURL: from } : context),
  });
  try {
    return await import(name);
  } finally {
    hooks.deregister();
  }
}

/** True when the package itself is missing, not one that it imports. */
function isMissing(error: unknown, name: string): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  if (error.code === 'ERR_INVALID_MODULE_SPECIFIER') return true;
  const packageName = name.split('/', name.startsWith('@') ? 2 : 1).join('/');
  const missing = /['"]([^'"]+)['"]/.exec('message' in error ? String(error.message) : '')?.[1];
  // Each runtime has its own sentence, and the first name in quotes is what it did not find: Deno shows an address in it.
  return (
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    (missing === packageName || missing === name || missing?.endsWith(`/${name}`) === true)
  );
}
