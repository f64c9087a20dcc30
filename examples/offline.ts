import { ensureImage, lockImages } from 'rootdisk';

// Pin what "latest" means today, get it, and from then on get exactly that without a request.
const lockfile = 'rootdisk.lock.json';
const [change] = await lockImages(['ubuntu:24.04'], { lockfile, alias: 'base' });
console.log(change?.alias, change?.image.snapshot, change?.change);
const image = await ensureImage('base', { lockfile });
const again = await ensureImage('base', { lockfile, offline: true });
console.log(again.path === image.path, again.origin);
