import type { DiskWriter } from '../contracts/writer.ts';
import { defined } from '../kit/defined.ts';
import { pluginFailure } from './call-plugin.ts';
import { isOfSystem } from './check-format.ts';

/** Wraps a writer so that an untyped exception becomes `ERR_PLUGIN`, which names the writer and the method. */
export function checkWriter(writer: DiskWriter): DiskWriter {
  const { kind, id, extension, options } = writer;
  return {
    kind,
    id,
    ...defined({ extension, options }),
    async check(disk, chosen) {
      try {
        await writer.check(disk, chosen);
      } catch (error) {
        throw pluginFailure(error, id, 'check', AbortSignal.any([]));
      }
    },
    async write(disk, out, context) {
      try {
        await writer.write(disk, out, context);
      } catch (error) {
        throw isOfSystem(error) ? error : pluginFailure(error, id, 'write', context.signal);
      }
    },
  };
}
