import { expect, test } from 'vitest';
import { notFound, notFoundIn } from '../../src/kit.ts';

test('gives the requested value and the existing ones', () => {
  const error = notFound({
    vendor: 'alpine',
    field: 'arch',
    value: 's390x',
    known: ['amd64', 'arm64', 'amd64'],
  });
  expect(error).toMatchObject({
    code: 'ERR_NOT_FOUND',
    exitCode: 3,
    message: 'alpine has no architecture "s390x"; it has amd64, arm64',
    hint: 'Ask for one of: amd64, arm64.',
    details: { vendor: 'alpine', field: 'arch', value: 's390x', known: ['amd64', 'arm64'] },
  });
});

test('without alternatives it says where to look, and its own hint is preferred', () => {
  const init = { vendor: 'arch', field: 'snapshot', value: 'v1' };
  expect(notFound(init).message).toBe('arch has no snapshot "v1"');
  expect(notFound(init).hint).toBe('Run: rootdisk list arch');
  expect(notFound({ ...init, hint: 'Ask for a newer one.' }).hint).toBe('Ask for a newer one.');
});

test('a long list is shortened in the message and complete in the details', () => {
  const known = Array.from({ length: 30 }, (_, index) => `s${index}.`);
  const error = notFound({ vendor: 'debian', field: 'snapshot', value: 'x', known });
  expect(error.message).toContain('s23., …');
  expect(error.message).not.toContain('s24.');
  expect(error.details.known).toEqual(known);
});

test('text of the caller cannot send control characters to a terminal', () => {
  const error = notFound({
    vendor: 'debian',
    field: 'release',
    value: '\u001b[2J',
    known: ['\u009b1m'],
  });
  expect(error.message).toContain('\\u001b[2J');
  expect(error.message).toContain('\\u009b1m');
});

test('from a long list, the most similar names are shown first', () => {
  const known = Array.from({ length: 60 }, (_, index) => `2026${String(1160 - index)}`);
  const error = notFound({ vendor: 'debian', field: 'snapshot', value: '2026-1103', known });
  expect(error.hint).toContain('Ask for one of: 20261103, ');
  expect(error.hint.split(', ')).toHaveLength(25);
  expect(error.details.known).toEqual(known);
});

test('the errors of one vendor are made in one place', () => {
  const missing = notFoundIn('kali');
  expect(missing('arch', '386', new Set(['amd64', 'arm64']))).toMatchObject({
    code: 'ERR_NOT_FOUND',
    message: 'kali has no architecture "386"; it has amd64, arm64',
    hint: 'Ask for one of: amd64, arm64.',
  });
  expect(missing('release', '1', [], 'Ask for 2026.3.').hint).toBe('Ask for 2026.3.');
});
