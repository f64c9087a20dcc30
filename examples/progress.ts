import { ensureImage } from 'rootdisk';

// One line that is drawn again, and Ctrl+C that ends the call: downloaded bytes stay, and the next call continues from
// there.
const controller = new AbortController();
process.once('SIGINT', () => controller.abort(new Error('interrupted')));
try {
  const image = await ensureImage('ubuntu:24.04', {
    signal: controller.signal,
    onProgress(event) {
      const percent = Math.round((event.fraction ?? 0) * 100);
      if (event.type === 'warning') console.error(`warning: ${event.warning.message}`);
      else process.stderr.write(`\r${event.type} ${percent} %\u001b[K`);
    },
  });
  process.stderr.write('\n');
  console.log(image.path);
} catch (error) {
  if (!controller.signal.aborted) throw error;
  process.stderr.write('\ninterrupted; run it again to go on\n');
  process.exitCode = 130;
}
