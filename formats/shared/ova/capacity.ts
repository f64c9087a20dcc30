/**
 * Bytes of a disk from `capacity` and `capacityAllocationUnits` (DSP0243, section 9.1; units by DSP0004, annex C:
 * `byte`, `byte * 2^30`). `undefined` if either has another value, such as the name of a property.
 */
export function diskBytes(
  capacity: string | undefined,
  units: string | undefined,
): number | undefined {
  if (capacity === undefined || !/^\d{1,20}$/.test(capacity)) return undefined;
  const match = /^byte(?:s)?(?:\s*\*\s*(2|10)\s*\^\s*(\d{1,2}))?$/i.exec((units ?? 'byte').trim());
  if (match === null) return undefined;
  return Number(capacity) * Number(match[1] ?? 1) ** Number(match[2] ?? 0);
}
