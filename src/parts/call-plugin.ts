import { isImageError, PluginError } from '../errors.ts';
import { awaitPlugin } from './await-plugin.ts';

/**
 * Calls a method of a plug-in. An untyped exception becomes `ERR_PLUGIN`, which names the plug-in and the method; a
 * method that does not end, ends with the call (`awaitPlugin`).
 */
export async function callPlugin<T>(
  plugin: string,
  method: string,
  signal: AbortSignal,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await awaitPlugin(plugin, method, signal, run);
  } catch (error) {
    throw pluginFailure(error, plugin, method, signal);
  }
}

/**
 * The error that the caller gets for an error of a plug-in: the abort's reason, a typed error unchanged, else
 * `ERR_PLUGIN`.
 */
export function pluginFailure(
  error: unknown,
  plugin: string,
  method: string,
  signal: AbortSignal,
): unknown {
  if (signal.aborted) return signal.reason;
  if (isImageError(error)) return error;
  return new PluginError({
    code: 'ERR_PLUGIN',
    message: `${plugin}.${method}() failed: ${error instanceof Error ? error.message : String(error)}`,
    hint: `Report this to the author of ${plugin}.`,
    details: { plugin, method },
    cause: error,
  });
}
