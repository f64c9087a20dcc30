import { describe, expect, test } from 'vitest';
import {
  type BuildChoice,
  NotFoundError,
  notFoundIn,
  pickBuild,
  pickBuilds,
} from '../../src/kit.ts';

interface Build {
  release: string;
  arch: string;
  variant: string;
  serial: string;
}

const builds: Build[] = [
  '13 amd64 cloud 20260901.1',
  '13 amd64 tiny 20260901.1',
  '13 arm64 cloud 20260901',
  '12 amd64 cloud 20260830',
  '12 amd64 cloud 20260701',
].map((line) => {
  const [release = '', arch = '', variant = '', serial = ''] = line.split(' ');
  return { release, arch, variant, serial };
});

interface Request {
  release?: string;
  arch?: string;
  variant?: string;
  snapshot?: string;
}

/** The rules of a vendor: `latest` is any release, `default` is `cloud`, and a day names its first build. */
function choicesOf({ release, arch, variant, snapshot }: Request): BuildChoice<Build>[] {
  return [
    {
      field: 'release',
      wanted: release,
      nameOf: (build) => build.release,
      suits: (build) => release === 'latest' || build.release === release,
    },
    { field: 'arch', wanted: arch, nameOf: (build) => build.arch },
    {
      field: 'variant',
      wanted: variant,
      nameOf: (build) => build.variant,
      suits: (build) => build.variant === (variant === 'default' ? 'cloud' : variant),
    },
    {
      field: 'snapshot',
      wanted: snapshot,
      nameOf: (build) => build.serial,
      suits: ({ serial }) =>
        snapshot === undefined || serial === snapshot || serial.startsWith(`${snapshot}.`),
    },
  ];
}

const missing = notFoundIn('nimbus');
const full = { release: 'latest', arch: 'amd64', variant: 'default' };

describe('pickBuild', () => {
  test.each<[string, Request, number]>([
    ['the newest of all', full, 0],
    ['another variant', { ...full, variant: 'tiny' }, 1],
    ['another architecture', { ...full, arch: 'arm64' }, 2],
    ['the newest of a release', { ...full, release: '12' }, 3],
    ['one build by its name', { ...full, release: '12', snapshot: '20260701' }, 4],
    ['one build by the start of its name', { ...full, snapshot: '20260901' }, 0],
    ['any architecture if none is requested', { release: '13', variant: 'cloud' }, 0],
  ])('%s', (_, request, index) => {
    expect(pickBuild(builds, missing, choicesOf(request))).toBe(builds[index]);
  });

  test.each<[string, Request, string, string[]]>([
    ['release "11"', { ...full, release: '11' }, 'release', ['13', '12']],
    ['architecture "s390x"', { ...full, arch: 's390x' }, 'arch', ['amd64', 'arm64']],
    ['architecture "arm64"', { ...full, release: '12', arch: 'arm64' }, 'arch', ['amd64']],
    ['variant "tiny"', { ...full, arch: 'arm64', variant: 'tiny' }, 'variant', ['cloud']],
    [
      'snapshot "20260"',
      { ...full, release: '12', snapshot: '20260' },
      'snapshot',
      ['20260830', '20260701'],
    ],
    [
      'snapshot "20260701"',
      { ...full, release: '13', snapshot: '20260701' },
      'snapshot',
      ['20260901.1'],
    ],
  ])('no %s: the values left by the earlier choices are named', (said, request, field, known) => {
    expect(() => pickBuild(builds, missing, choicesOf(request))).toThrowError(
      expect.objectContaining({
        code: 'ERR_NOT_FOUND',
        message: `nimbus has no ${said}; it has ${known.join(', ')}`,
        hint: `Ask for one of: ${known.join(', ')}.`,
        details: expect.objectContaining({ field, known }),
      }),
    );
  });

  test('builds without a name are not offered', () => {
    const nameOf = ({ arch }: Build): string | undefined => (arch === 'arm64' ? undefined : arch);
    const choices: BuildChoice<Build>[] = [{ field: 'arch', wanted: 'arm64', nameOf }];
    expect(() => pickBuild(builds, missing, choices)).toThrowError(
      'nimbus has no architecture "arm64"; it has amd64',
    );
  });

  test('without any build the first choice is missing', () => {
    expect(() => pickBuild([], missing, choicesOf(full))).toThrowError(NotFoundError);
    expect(() => pickBuild([], missing, choicesOf(full))).toThrowError('no release "latest"');
  });
});

describe('pickBuilds', () => {
  test('returns all matching ones, in their order', () => {
    const found = pickBuilds(builds, missing, choicesOf({ ...full, release: '12' }));
    expect(found).toEqual(builds.slice(3));
  });
});
