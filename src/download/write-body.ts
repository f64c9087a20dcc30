import { inCache } from '../cache/cache-error.ts';
import { publicUrl } from '../kit/public-url.ts';
import type { TransferJob } from './transfer-job.ts';

/** Writes bytes in order as they come from one connection, from the first that is not ready on. */
export async function writeBody(
  { call, file, gate, staging, signal }: TransferJob,
  address: URL,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const url = publicUrl(address);
  let written = gate.readyBytes;
  call.progress.fetch(url, written, file.sizeBytes);
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    await inCache(staging.download, 'write', () => file.write(written, chunk));
    written += chunk.length;
    await gate.pass(written, address);
    call.progress.fetch(url, written, file.sizeBytes);
  }
  await gate.pass(written, address, true);
}
