import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRootdisk, type DeliveredImage, type DeliverOptions } from '../../src/core.ts';
import { sourceUuid } from '../../src/line/source-uuid.ts';
import { flagsFor, type Ran, type RunOptions, runCli } from '../cli/spawn-cli.ts';
import { type Line, makeDisk, parts, sha256, startLine } from '../fixtures/line.ts';
import { type StandIn, startStandIn } from './stand-ins/machine.ts';
import { targetsOn } from './stand-ins/targets-on.ts';

/** A vendor on loopback that offers one image, and a machine to deliver it from. */
export interface DeliverLine {
  line: Line;
  machine: StandIn;
  disk: Buffer;
  /** Of the image, by the namespace of the package. */
  uuid: string;
  /** Runs `rootdisk deliver acme:1` with these arguments. */
  run(
    args: readonly string[],
    env?: Record<string, string>,
    onStderr?: RunOptions['onStderr'],
  ): Promise<Ran>;
  /** The same in this process, with files in `out`. */
  deliver(options: DeliverOptions, env?: Record<string, string>): Promise<DeliveredImage>;
  close(): Promise<void>;
}

const plugin = fileURLToPath(new URL('stand-ins/plugin.ts', import.meta.url));

/** Half a MiB more than a whole number of MiB. */
const sizeBytes = 3.5 * 1024 ** 2;

export async function startDeliverLine(
  options: Parameters<typeof startStandIn>[0] = {},
): Promise<DeliverLine> {
  const line = await startLine();
  const machine = await startStandIn(options);
  const disk = makeDisk(sizeBytes);
  const digest = sha256(disk);
  const about = { release: '1', snapshot: '20260101', file: 'acme.raw', layers: ['raw'] };
  line.offer({ ...about, digest }, disk);
  const flags = [...flagsFor(line), '--plugin', plugin];
  return {
    line,
    machine,
    disk,
    uuid: sourceUuid(digest.slice('sha256:'.length)),
    async run(args, env = {}, onStderr = () => {}) {
      const all = ['deliver', 'acme:1', ...args, ...flags];
      return await runCli(all, { cwd: machine.folder, env: { ...machine.env, ...env }, onStderr });
    },
    async deliver(asked, env = {}) {
      const targets = targetsOn(machine.folder, { env: { ...machine.env, ...env } });
      const { cacheDir, mirrors } = line;
      const outputDir = join(machine.folder, 'out');
      const rest = { cacheDir, mirrors, outputDir, ...asked };
      return await createRootdisk({ ...parts, targets }).deliverImage('acme:1', rest);
    },
    async close() {
      await machine.close();
      await line.close();
    },
  };
}
