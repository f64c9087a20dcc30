import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { hasRemedy, type ImageRequest, isImageError, type Resolution } from '../../../src/kit.ts';
import { conformanceCases } from './conformance-cases.ts';
import { everyOrigin, ownParameters, upstreamVendors } from './every-origin.ts';
import { answers, startOneAnswer } from './one-answer.ts';

const page = new URL('../../../docs/upstream-answers.md', import.meta.url);
const refusals = ['401', '402', '403', '407', '429', '451'];

type Asked = Partial<ImageRequest>;

async function resolveUnder(
  answer: string,
  id: string,
  request: Asked,
): Promise<Resolution | unknown> {
  const handler = answers[answer];
  const vendor = upstreamVendors.find((one) => one.id === id);
  if (handler === undefined || vendor === undefined) throw new Error(`${answer}, ${id}`);
  const own = ownParameters[id];
  const site = await startOneAnswer(everyOrigin, handler);
  try {
    const asked: ImageRequest = {
      ...{ vendor: id, release: 'latest', arch: 'amd64', ...request },
      ...(own && { parameters: own }),
    };
    return await vendor.resolve(asked, site.context);
  } catch (error) {
    return error;
  } finally {
    site.close();
  }
}

/** One cell: the code, and the status in the message. */
function shown(outcome: unknown): string {
  if (!isImageError(outcome)) return `?? ${String(outcome)}`;
  const status = hasRemedy(outcome, 'transfer') ? outcome.details.status : undefined;
  const html = /HTML/.test(outcome.message) ? ' (HTML)' : '';
  return `${outcome.code.replace('ERR_', '')}${status === undefined ? '' : ` ${status}`}${html}`;
}

const intro = `# Answers of a vendor's server, and the result of the call

In this table, every address of a vendor gives the answer in the head of the column, and a call resolves \`latest\` with an empty cache. Each
cell has the error code (see [errors.md](errors.md)) without \`ERR_\`, and the status that the error names. If the cache has the disk that the same
request gave before, the call gives that disk with a warning after a refusal or a failure.

401, 402, 403, 407, 429 and 451 are refusals: the call ends with the status and exit code 4, and never gives another build or release.
Only 404 and 410 mean that a file does not exist. \`login redirect\` is a redirect to a web page. \`cut\` is a body that ends too early.
`;

describe('one answer for every address of a vendor', () => {
  it('gives the results in docs/upstream-answers.md, row by row (UPDATE=1 writes it)', async () => {
    const heads = Object.keys(answers);
    const rows: string[] = [];
    for (const { id } of upstreamVendors) {
      const cells = heads.map(async (answer) => {
        const request = conformanceCases[id]?.request ?? {};
        return shown(await resolveUnder(answer, id, request));
      });
      rows.push(`| \`${id}\` | ${(await Promise.all(cells)).join(' | ')} |`);
    }
    const text = [
      intro,
      `| vendor | ${heads.join(' | ')} |`,
      `| --- |${' --- |'.repeat(heads.length)}`,
      ...rows,
      '',
    ].join('\n');
    if (process.env['UPDATE'] === '1') await writeFile(page, text);
    expect(text).not.toContain('??');
    expect(text).toBe(await readFile(page, 'utf8'));
  }, 60_000);

  it.each(upstreamVendors)('$id: the call reports a refusal by the server', async ({ id }) => {
    const request = conformanceCases[id]?.request ?? {};
    for (const answer of refusals) {
      expect(await resolveUnder(answer, id, request)).toMatchObject({
        code: 'ERR_HTTP_STATUS',
        exitCode: 4,
        details: { status: Number(answer), url: expect.stringContaining('http://127.0.0.1:') },
      });
    }
  });

  it.each(upstreamVendors)('$id: an HTML page is reported as a page', async ({ id }) => {
    const request = conformanceCases[id]?.request ?? {};
    for (const answer of ['HTML', 'login redirect']) {
      expect(await resolveUnder(answer, id, request)).toMatchObject({
        code: 'ERR_METADATA',
        message: expect.stringMatching(/HTML/),
      });
    }
  });
});

/** All kinds of requests: releases, variants, snapshots, architectures. */
const references: [id: string, request: Asked][] = [
  ['almalinux', { release: '9' }],
  ['almalinux', { release: '9.1', snapshot: '9.1-20221118' }],
  ['almalinux', { release: '9', variant: 'genericcloud-ext4' }],
  ['almalinux-kitten', { snapshot: '20260501.0' }],
  ['alpine', { release: '3.23' }],
  ['alpine', { release: '3.24.2', variant: 'tiny' }],
  ['alpine', { variant: 'netboot' }],
  ['alpine', { release: '3.24', variant: 'netboot', snapshot: '3.24.1' }],
  ['amazon-linux', { release: '2023' }],
  ['amazon-linux', { snapshot: '2023.9.20251105.0' }],
  ['arch', { variant: 'basic' }],
  ['arch', { release: '20260901.583572' }],
  ['centos-7', { release: '7', snapshot: '1801-01' }],
  ['centos-stream', { release: '9' }],
  ['centos-stream', { release: '10', variant: 'genericcloud-uefi' }],
  ['cirros', { release: '0.6' }],
  ['cirros', { release: '0.6.3' }],
  ['debian', { release: '13' }],
  ['debian', { release: 'trixie' }],
  ['debian', { release: 'sid' }],
  ['debian', { release: 'bookworm', snapshot: '20260712-2537' }],
  ['debian', { variant: 'genericcloud-daily' }],
  ['debian', { variant: 'netboot' }],
  ['fedora', { release: '44' }],
  ['fedora', { release: '39' }],
  ['fedora', { release: '44', arch: 'riscv64' }],
  ['fedora-coreos', { release: 'testing' }],
  ['fedora-coreos', { release: '44.20260905.3.0' }],
  ['flatcar', { release: 'lts-2024' }],
  ['flatcar', { release: '4230.2.4' }],
  ['flatcar', { arch: 'arm64' }],
  ['freebsd', { release: '15.1' }],
  ['freebsd', { release: '13.1' }],
  ['gentoo', { snapshot: '20261004T164559Z' }],
  ['http-index', { release: '9.8', variant: 'generic' }],
  ['kali', { release: '2026.3' }],
  ['oci', { release: 'quay.io/containerdisks/fedora' }],
  ['oci', { release: 'quay.io/a/b', snapshot: `sha256-${'ab'.repeat(32)}` }],
  ['omnios', { release: 'lts' }],
  ['omnios', { release: 'r151056' }],
  ['openbsd', { release: '7.8' }],
  ['opensuse-leap', { release: '16.0' }],
  ['opensuse-leap', { release: '15' }],
  ['opensuse-tumbleweed', { variant: 'microos' }],
  ['opensuse-tumbleweed', { arch: 's390x' }],
  ['oracle', { release: '9' }],
  ['oracle', { release: '9', snapshot: '9.8-b293' }],
  ['rocky', { release: '9' }],
  ['rocky', { release: '8.5' }],
  ['rocky', { release: '10', variant: 'lvm' }],
  ['simplestreams', { release: 'ubuntu/24.04' }],
  ['talos', { release: '1.13' }],
  ['talos', { variant: 'metal' }],
  ['ubuntu', { release: '24.04' }],
  ['ubuntu', { release: 'noble', variant: 'daily', snapshot: '20260701' }],
  ['ubuntu', { variant: 'minimal' }],
];

describe('with 403 everywhere', () => {
  it.each(references)('%s %j reports the 403', async (id, request) => {
    expect(await resolveUnder('403', id, request)).toMatchObject({
      code: 'ERR_HTTP_STATUS',
      exitCode: 4,
      details: { status: 403 },
    });
  });
});
