import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Consumer, installPackage } from './consumer.ts';

let consumer: Consumer;
beforeAll(async () => {
  consumer = await installPackage();
});
afterAll(() => consumer.close());

test('the YAML of a seed is checked by code in the package', async () => {
  await writeFile(
    join(consumer.folder, 'seed.js'),
    `import { createSeed } from 'rootdisk';
    const { format } = await createSeed({ userData: '#cloud-config\\nhostname: a\\n' });
    const wrong = await createSeed({ userData: '#cloud-config\\na: [1' }).catch(({ code }) => code);
    console.log(JSON.stringify({ format, wrong }));`,
  );
  const { stdout, stderr } = consumer.node('seed.js');
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ format: 'iso9660', wrong: 'ERR_INVALID_REQUEST' });
});
