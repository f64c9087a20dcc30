import { ensureImage } from 'rootdisk';

// The newest Ubuntu 24.04 server disk for this machine: verified, sparse, ready to boot.
const image = await ensureImage('ubuntu:24.04');
console.log(image.path, image.trust.level, image.uuid);
