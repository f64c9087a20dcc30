const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A count of bytes for people: `0 B`, `2 GiB`, `615.4 MiB`. Inverse of `parseSize` up to the one decimal. */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  const tenths = Math.round((bytes / 1024 ** power) * 10);
  // Rounding may reach the next unit: 1023.96 KiB is 1 MiB.
  if (tenths >= 10240 && power < units.length - 1) return `1 ${units[power + 1]}`;
  return `${tenths % 10 === 0 ? tenths / 10 : (tenths / 10).toFixed(1)} ${units[power]}`;
}

/** A count of bytes, rounded and exact: `615.4 MiB (645262848 bytes)`. */
export function formatExactBytes(bytes: number): string {
  return bytes < 1024 ? `${bytes} bytes` : `${formatBytes(bytes)} (${bytes} bytes)`;
}
