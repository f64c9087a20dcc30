/**
 * `major:minor`, as Linux writes it in `/sys/dev/block` and `/proc/self/mountinfo`, of a device number that `stat` gave
 * (glibc's `gnu_dev_major` and `gnu_dev_minor`).
 */
export function formatDeviceNumber(rdev: bigint): string {
  const major = ((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n);
  const minor = (rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n);
  return `${major}:${minor}`;
}
