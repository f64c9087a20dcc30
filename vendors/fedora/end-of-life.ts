/** By release, from endoflife.date (August 2026): Fedora publishes no index with these dates. */
export const fedoraEndOfLife: Record<string, string> = {
  33: '2021-11-30',
  34: '2022-06-07',
  35: '2022-12-13',
  36: '2023-05-16',
  37: '2023-12-05',
  38: '2024-05-21',
  39: '2024-11-26',
  40: '2025-05-13',
  41: '2025-12-15',
  42: '2026-05-27',
  43: '2026-12-09',
  44: '2027-06-02',
};
