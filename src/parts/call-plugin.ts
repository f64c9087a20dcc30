import { isImageError, PluginError } from '../errors.ts';

/** Runs a plug-in's method: a stray exception becomes `ERR_PLUGIN` naming the plug-in and the method. */
export async function callPlugin<T>(
  plugin: string,
  method: string,
  signal: AbortSignal,
  run: () => Promise<T>,
): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (isImageError(error)) throw error;
    throw new PluginError({
      code: 'ERR_PLUGIN',
      message: `${plugin}.${method}() failed: ${error instanceof Error ? error.message : String(error)}`,
      hint: `Report this to the author of ${plugin}.`,
      details: { plugin, method },
      cause: error,
    });
  }
}
