import { expect, test } from 'vitest';
import { renderMarkdown, renderText } from './render.ts';
import type { Survey } from './survey.ts';

function surveyOf(changes: Survey['changes'], missed: Survey['missed'] = []): Survey {
  return { answers: [], changes, missed, images: 1, documents: 2, bytes: 2048 };
}

const change = { vendor: 'acme', where: '', what: 'list', shipped: 'read', now: 'ERR_METADATA' };

test('text of upstream is not markup, a mention or a control character', () => {
  const now = 'a | b `c` @team <img> \u001b[31m\nred';
  const text = renderMarkdown(surveyOf([{ ...change, now }]), '2026-11-20');
  expect(text).toContain(
    "| `acme` |  | `list` | `read` | `a \\| b 'c' @team <img> \\u001b[31m\\u000ared` |",
  );
});

test('the longest report fits into an issue', () => {
  const now = 'x'.repeat(5000);
  const changes = Array.from({ length: 500 }, () => ({ ...change, now }));
  const text = renderMarkdown(surveyOf(changes), '2026-11-20');
  expect(text.length).toBeLessThan(65_536);
  expect(text).toContain('\nAnd 400 more.\n');
});

test('unreachable addresses with one reason are one row', () => {
  const missed = ['latest amd64', 'latest arm64', '9 amd64'].map((where) => ({
    ...{ vendor: 'acme', where, message: '503' },
  }));
  const lines = renderText(surveyOf([], missed)).split('\n');
  expect(lines[2]).toMatch(/^acme +latest amd64 arm64, 9 amd64 +503$/);
  expect(lines.at(-1)).toBe(
    '0 vendors, 1 image, 2 documents (2 KiB), no image byte: nothing moved, 1 vendor not reached or not in full',
  );
});
