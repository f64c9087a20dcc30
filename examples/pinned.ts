import { ensureImage, isImageError } from 'rootdisk';

// One exact file, from any server: the digest is the only proof it needs, and a second call makes no request.
try {
  const image = await ensureImage('https://example.com/images/appliance.qcow2', {
    digest: 'sha256:7d6355852aeb6dbcd191bcda7cd74f1536cfe5cbf8a10495a7283a8396e4b75b',
    onProgress: (event) => {
      if (event.type === 'fetch')
        console.error(`${event.bytes} of ${event.totalBytes ?? '?'} bytes`);
    },
  });
  console.log(image.path);
} catch (error) {
  // The class says what to do, the code says the cause, the hint says the next step.
  if (!isImageError(error)) throw error;
  console.error(`${error.code}: ${error.message}\n${error.hint}`);
  process.exitCode = error.exitCode;
}
