import {
  type MadeDescriptor,
  type MadeRepository,
  makeRepository,
  types,
} from '../oci/make-repository.ts';

export const origin = 'https://quay.io/';
export const release = 'quay.io/containerdisks/ubuntu:24.04';

/**
 * In the form of KubeVirt's own builder: types of Docker, one layer of tar and gzip, the architecture in the config.
 */
export const repository: MadeRepository = makeRepository(origin, 'containerdisks/ubuntu');
export const layer: MadeDescriptor = {
  mediaType: types.dockerLayer,
  size: 612_345_678,
  digest: `sha256:${'1a2b'.repeat(16)}`,
};
repository.image('amd64', [layer], '24.04');

export const documents: Record<string, string> = Object.fromEntries(
  Object.entries(repository.documents).map(([address, content]) => [address, String(content)]),
);
