import process from 'node:process';

// Plain JavaScript, because an older Node.js cannot read the demo, which is TypeScript.
if (process.features.typescript) {
  await import('../examples/demo.ts');
} else {
  const { node } = process.versions;
  process.stderr.write(
    `rootdisk: Node.js ${node} is too old: use 22.21 or a later 22, 24.12 or a later 24, or 26 and later.\n`,
  );
  process.exitCode = 1;
}
