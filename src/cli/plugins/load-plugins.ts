import type { Parts } from '../../core.ts';
import { isImageError, PluginError } from '../../errors.ts';
import { awaitPlugin } from '../../parts/await-plugin.ts';
import { invalidOption } from '../args/refuse.ts';
import { collectParts } from './collect-parts.ts';
import { importModule } from './import-module.ts';

/**
 * The built-in parts and those of every module: paths relative to `cwd`, or packages. No such module is
 * `ERR_INVALID_REQUEST`; one that cannot be loaded or brings nothing usable is `ERR_PLUGIN`.
 */
export async function loadPlugins(
  builtIns: Parts,
  names: readonly string[],
  cwd: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<Parts> {
  const all = [builtIns];
  for (const name of names) all.push(collectParts(name, await load(name, cwd, signal)));
  return {
    vendors: all.flatMap(({ vendors }) => vendors),
    verifiers: all.flatMap(({ verifiers }) => verifiers),
    formats: all.flatMap(({ formats }) => formats),
    targets: all.flatMap(({ targets = [] }) => targets),
    tiers: all.flatMap(({ tiers = [] }) => tiers),
  };
}

async function load(name: string, cwd: string, signal: AbortSignal): Promise<object> {
  const importing = awaitPlugin(name, 'import', signal, () => importModule(name, cwd));
  const module = await importing.catch((error: unknown) => {
    if (signal.aborted) throw signal.reason;
    // A plug-in may check itself with the kit; what that says is better than what could be said here.
    if (isImageError(error)) throw error;
    throw new PluginError({
      code: 'ERR_PLUGIN',
      message: `the plug-in ${name} cannot be loaded: ${error instanceof Error ? error.message : error}`,
      hint: `Report this to the author of ${name}.`,
      details: { plugin: name, method: 'import' },
      cause: error,
    });
  });
  if (module !== undefined) return module;
  throw invalidOption(
    'plugin',
    `there is no module ${JSON.stringify(name)}`,
    'Give a path such as ./acme.ts, or the name of a package that is installed here.',
  );
}
