import { expect, test } from 'vitest';
import { warnOfVersion } from '../../../src/line/content/match-content.ts';
import { parseOptions } from '../../../src/line/options.ts';
import { planImage } from '../../../src/line/plan.ts';

interface Case {
  asked?: string;
  release: string;
  version?: string;
  found?: string;
}

function warnings({ asked = 'latest', release, version, found }: Case): number {
  const request = { vendor: 'acme', release: asked, arch: 'amd64' as const };
  const url = new URL('https://images.acme.example/a.raw');
  const proofs = [{ kind: 'tls' as const, reason: 'a test' }];
  const resolution = {
    ...{ release, version, variant: 'default', snapshot: '1', guest: { osIds: ['acme'] } },
    disk: [{ url, fileName: 'a.raw', layers: [], proofs }],
  };
  const plan = planImage(request, resolution, parseOptions({ arch: 'amd64' }), []);
  const system = { id: 'acme', ...(found === undefined ? {} : { version: found }) };
  return warnOfVersion(plan, { system }).length;
}

test.each<Case>([
  { asked: '13', release: '13', version: '13.7', found: '13' },
  { asked: '13.7', release: '13', version: '13.7', found: '13' },
  { asked: 'trixie', release: '13', version: '13.7', found: '13' },
  { asked: 'sid', release: 'sid', found: '14' },
  { asked: 'testing', release: '14' },
  { asked: 'latest', release: '3.22', version: '3.22.1', found: '3.22.1' },
  { asked: '3.22', release: '3.22', version: '3.22.1', found: '3.22.1' },
  { asked: 'v3.22', release: '3.22', found: '3.22.1' },
  { asked: '9', release: '9', version: '9.6', found: '9.6' },
  { asked: 'latest', release: '9', version: '9.6', found: '9.7' },
  { asked: '9-stream', release: '9-stream', found: '9' },
  { asked: 'stable', release: 'stable', version: '44.20261004.3.0', found: '44' },
  { asked: 'latest', release: 'rolling', version: '20261004T164559Z', found: '2.18' },
  { asked: 'latest', release: 'rolling', version: '20240629', found: '20240629' },
  { asked: '1.11', release: '1.11', version: '1.11.5', found: 'v1.11.5' },
  { asked: 'rawhide', release: 'rawhide', found: '46' },
  { asked: '24.04', release: '24.04', found: 'a word' },
])('$found counts as $asked ($release, $version)', (row) => {
  expect(warnings(row)).toBe(0);
});

test.each<Case>([
  { asked: '24.04', release: '24.04', version: '24.04', found: '24.10' },
  { asked: '9.6', release: '9', version: '9.6', found: '9.7' },
  { asked: 'noble', release: '24.04', version: '24.04', found: '2' },
  { asked: '1', release: '1', found: '10' },
  { asked: 'latest', release: 'rolling', version: '20240629', found: '15.6' },
])('$found does not count as $asked ($release, $version)', (row) => {
  expect(warnings(row)).toBe(1);
});
