import type { PinnedKey } from '../../../vendors/keys/pinned-key.ts';

/** The table of `docs/keys.md`, made from the data. */
export function renderKeyTable(keys: Readonly<Record<string, readonly PinnedKey[]>>): string {
  const rows = Object.entries(keys).flatMap(([vendor, pins]) =>
    pins.map((pin) => {
      const ends = pin.expires ?? (pin.key === undefined ? 'not known' : 'never');
      const retired = pin.retired ? ', retired' : '';
      const where = pin.key === undefined ? (pin.urls ?? []).map(({ href }) => href) : ['shipped'];
      const cells = [
        vendor,
        `\`${pin.fingerprint}\``,
        pin.usedFor,
        `${ends}${retired}`,
        where.join(' or ') || 'given by you',
        pin.origin,
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  );
  const head = [
    '| vendor | fingerprint | signs | ends | key | known from |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
  return [...head, ...rows].join('\n');
}
