import { appendFile } from 'node:fs/promises';
import { ensureImage, isImageError } from 'rootdisk';

// Bundled into one file: esbuild main.ts --bundle --platform=node --format=esm --outfile=dist/main.mjs
// It decodes on all cores as the package does: the threads are started from the text of the bundle.
const { INPUT_REFERENCE: reference = '', GITHUB_OUTPUT: output } = process.env;
try {
  const image = await ensureImage(reference, {
    onProgress: (event) => event.type === 'stage' && console.log(event.message),
  });
  const lines = `path=${image.path}\nsnapshot=${image.snapshot}\n`;
  if (output !== undefined) await appendFile(output, lines);
} catch (error) {
  if (!isImageError(error)) throw error;
  console.log(`::error title=${error.code}::${error.message} ${error.hint}`);
  process.exitCode = error.exitCode;
}
