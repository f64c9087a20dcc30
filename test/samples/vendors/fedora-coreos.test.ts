import { describe, expect, it } from 'vitest';
import { fedoraCoreos } from '../../../vendors/fedora-coreos.ts';
import { host, origins } from '../../vendors/documents/fedora-coreos.ts';
import {
  ask,
  type Documents,
  listAll,
  serveDocuments,
} from '../../vendors/every/serve-documents.ts';
import { readSample, samples } from '../read-samples.ts';

const folder = 'upstream/_further/fedora-coreos';
const version = '33.20201201.3.0';
const builds = `${host}prod/streams/stable/builds/`;

async function serve(): Promise<Documents> {
  return serveDocuments(origins, {
    [`${host}streams/stable.json`]: readSample(`${folder}/stable.2020-12-17.stream.json`),
    [`${host}prod/streams/stable/releases.json`]: readSample(`${folder}/releases.json`),
  });
}

describe.skipIf(samples === undefined)('fedora-coreos as captured', () => {
  it.each([
    [
      'qemu',
      'xz,qcow2',
      'qemu.x86_64.qcow2.xz',
      'a7e93e32665086d4a07a14dbe6c125177402f04603fc5bb575035028701afa5b',
    ],
    [
      'metal',
      'xz,raw',
      'metal.x86_64.raw.xz',
      '2848b111a6917455686f38a3ce64d2321c33809b9cf796c5f6804b1c02d79d9d',
    ],
    [
      'openstack',
      'xz,qcow2',
      'openstack.x86_64.qcow2.xz',
      '2be55c5aa1f53eb9a869826dacbab75706ee6bd59185b935ac9be546cc132a85',
    ],
    [
      'netboot',
      'iso',
      'live.x86_64.iso',
      '2f62f8f4813bbf584945052d54746cb83101b2c643705a33711ae26fce15fcba',
    ],
  ])('has the %s disk of the stream of 2020', async (variant, layers, ending, hex) => {
    const documents = await serve();
    const image = await ask(fedoraCoreos, documents, 'stable', 'amd64', { variant });
    expect([image.version, image.snapshot]).toEqual([version, version]);
    const url = `${builds}${version}/x86_64/fedora-coreos-${version}-${ending}`;
    expect(image.disk[0]?.url.href).toBe(url);
    expect(image.disk[0]?.layers.join()).toBe(layers);
    expect(image.disk[0]?.proofs).toMatchObject([
      { kind: 'signature', signature: { at: new URL(`${url}.sig`) } },
      { kind: 'digest', digest: `sha256:${hex}` },
    ]);
    await documents.close();
  });

  it('has the kernel and initramfs of the stream of 2020', async () => {
    const documents = await serve();
    const { boot } = await ask(fedoraCoreos, documents, 'latest', 'amd64', { variant: 'netboot' });
    expect(boot?.kernel.proofs).toMatchObject([
      { kind: 'signature' },
      { digest: 'sha256:d6bddcc1cc8f2642b11f38ca4602573211171814a53ab57c2655853008167407' },
    ]);
    expect(boot?.initrd?.fileName).toBe(`fedora-coreos-${version}-live-initramfs.x86_64.img`);
    expect(boot?.cmdline).toContain(`fedora-coreos-${version}-live-rootfs.x86_64.img`);
    await documents.close();
  });

  it('names the builds of the captured history when one does not exist', async () => {
    const documents = await serve();
    const snapshot = '31.20200101.3.0';
    await expect(
      ask(fedoraCoreos, documents, 'stable', 'amd64', { snapshot }),
    ).rejects.toMatchObject({
      details: { field: 'snapshot', known: expect.arrayContaining(['31.20200108.3.0']) },
    });
    await documents.close();
  });

  it('lists the captured stream', async () => {
    const documents = await serve();
    for (const stream of ['testing', 'next']) {
      documents.put(
        `${host}streams/${stream}.json`,
        readSample(`${folder}/stable.2020-12-17.stream.json`).replace(
          /"stream": *"stable"/,
          `"stream": "${stream}"`,
        ),
      );
    }
    expect((await listAll(fedoraCoreos, documents))[0]).toEqual({
      release: 'stable',
      version,
      aliases: ['latest'],
      arches: ['amd64'],
      variants: ['qemu', 'metal', 'openstack', 'netboot'],
    });
    await documents.close();
  });
});
