import { chmod, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listRegistry, pullImages, type VerifiedImage, verifyRegistry } from '../../../src/oci.ts';
import { now } from '../../fixtures/signed-line.ts';
import {
  image,
  imageDigest,
  imageName,
  type SignedFleet,
  startSignedFleet,
} from '../images/signed-fleet.ts';
import { clientOf } from '../visiting.ts';
import { type DockerRegistry, startDockerRegistry } from './docker-registry.ts';
import { describeWith } from './programs.ts';

describeWith(['docker-registry'], 'the verbs with a registry of Debian', () => {
  let fleet: SignedFleet;
  let registry: DockerRegistry;
  let place: string;
  let path: string;
  beforeEach(async () => {
    fleet = await startSignedFleet();
    registry = await startDockerRegistry();
    place = `${registry.host}/fleet/images`;
    path = registry.blobPath(imageDigest);
    expect(await fleet.push(place)).toMatchObject([{ state: 'pushed' }]);
  });
  afterEach(async () => {
    await registry?.remove();
    await fleet?.close();
  });

  async function verify(): Promise<VerifiedImage[]> {
    const images: VerifiedImage[] = [];
    for await (const one of verifyRegistry(fleet.parts, place, [], { now })) images.push(one);
    return images;
  }
  const stateOf = async () => (await verify())[0]?.blobs.find(({ role }) => role === 'disk')?.state;

  test('a pushed image is listed, proved and pulled', async () => {
    expect(await listRegistry(place)).toMatchObject({
      images: [{ name: imageName, claims: 'signed', files: [{ digest: imageDigest }] }],
      foreign: 0,
    });
    expect(await verify()).toMatchObject([{ state: 'intact', origin: { state: 'proved' } }]);
    const options = { cacheDir: fleet.otherCache, now };
    expect(await pullImages(fleet.parts, place, [imageName], options)).toMatchObject([
      { state: 'pulled', trust: 'signed' },
    ]);
    expect(await fleet.push(place)).toMatchObject([{ state: 'there' }]);
  });

  test('a changed byte is not repaired by pushing again, but by the advice of verify', async () => {
    await chmod(path, 0o644);
    const changed = Buffer.from(await readFile(path));
    changed[1000] = (changed[1000] ?? 0) ^ 1;
    await writeFile(path, changed);
    expect(await stateOf()).toBe('other-bytes');
    await fleet.push(place);
    expect(await stateOf()).toBe('other-bytes');

    const [found] = await verify();
    const advice = found?.blobs.find(({ role }) => role === 'disk')?.advice ?? '';
    const [, data = 'nothing'] = /remove (blobs\/\S+\/data)/.exec(advice) ?? [];
    expect(path.endsWith(data)).toBe(true);
    await registry.stop();
    await rm(path);
    await registry.start();
    expect(await fleet.push(place)).toMatchObject([{ state: 'pushed' }]);
    expect(await verify()).toMatchObject([{ state: 'intact', origin: { state: 'proved' } }]);
  });

  test('a changed byte is healed by removing the image and collecting garbage', async () => {
    await chmod(path, 0o644);
    await writeFile(path, Buffer.alloc(image.length, 7));
    expect(await stateOf()).toBe('other-bytes');
    const { images } = await listRegistry(place);
    expect(await clientOf(place).deleteManifest(images[0]?.digest ?? '')).toBe(true);
    await registry.collectGarbage();
    expect(await fleet.push(place)).toMatchObject([{ state: 'pushed' }]);
    expect(await verify()).toMatchObject([{ state: 'intact', origin: { state: 'proved' } }]);
  });

  test('a truncated blob is too short', async () => {
    await truncate(path, Math.floor(image.length / 2));
    expect(await stateOf()).toBe('short');
  });

  test('a missing blob is absent after a restart, and pushing again repairs it', async () => {
    await registry.stop();
    await rm(path);
    await registry.start();
    expect(await stateOf()).toBe('missing');
    expect(await fleet.push(place)).toMatchObject([{ state: 'pushed' }]);
    expect(await stateOf()).toBe('intact');
  });
});
