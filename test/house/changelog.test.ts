import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { findChangelogGaps } from './changelog.ts';

test('the changelog has its form, and an entry for this version', () => {
  const text = readFileSync(new URL('../../CHANGELOG.md', import.meta.url), 'utf8');
  expect(findChangelogGaps(text, manifest.version)).toEqual([]);
});

test.each([
  ['', 'no heading 1.0.0, and nothing under "Unreleased"'],
  ['## Unreleased\n### Added\n', 'no heading 1.0.0, and nothing under "Unreleased"'],
  ['## 0.9.0 - 2026-01-31\n### Added\n- a', 'no heading 1.0.0, and nothing under "Unreleased"'],
  ['## 1.0.0\n### Added\n- a', 'the heading is neither "Unreleased" nor "1.2.3 - 2026-01-31"'],
  ['## Unreleased\n### New\n- a', '"New" is none of '],
  ['## Unreleased\n- a', 'the entry stands under no section'],
  [
    '## 1.0.0 - 2026-01-31\n### Added\n- a\n## Unreleased\n### Added\n- b',
    '"Unreleased" is not the first heading',
  ],
  ['## Unreleased\n### Added\n- a\n## Unreleased\n### Added\n- b', 'Unreleased is there twice'],
  ['## Unreleased\n### Added\n- a\n## 0.9.0 - 2026-01-31', 'nothing under 0.9.0'],
])('%j: %s', (text, gap) => {
  const gaps = findChangelogGaps(text, '1.0.0');
  expect(gaps.some((one) => one.includes(gap))).toBe(true);
});

test.each([
  '## Unreleased\n### Added\n- a\n  more of it\n### Fixed\n- b',
  '## 1.0.0 - 2026-01-31\n### Security\n- a',
  '## Unreleased\n## 1.0.0 - 2026-01-31\n### Changed\n- a',
])('%j is well formed', (text) => {
  expect(findChangelogGaps(text, '1.0.0')).toEqual([]);
});
