import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface Screen {
  width: number;
  height: number;
  theme: 'light' | 'dark';
}

/** A page in headless Chromium, driven by the DevTools protocol. */
export interface Browser {
  show(address: string, screen: Screen): Promise<void>;
  evaluate(expression: string): Promise<unknown>;
  /** The screen as PNG. */
  picture(): Promise<Buffer>;
  close(): Promise<void>;
}

type Result = Record<string, unknown>;
type Send = (method: string, parameters?: Result) => Promise<Result>;

/** Starts Chromium with one page. */
export async function openBrowser(program: string): Promise<Browser> {
  const folder = await mkdtemp(join(tmpdir(), 'rootdisk-site-'));
  const chromium = spawn(
    program,
    [
      '--headless',
      '--no-sandbox',
      '--hide-scrollbars',
      '--remote-debugging-port=0',
      `--user-data-dir=${folder}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const ended = new Promise((resolve) => chromium.once('exit', resolve));
  const address = new URL(await readAddress(chromium, chromium.stderr));
  const targets: unknown = await (await fetch(`http://${address.host}/json/list`)).json();
  const page = Array.isArray(targets) ? targets.find(({ type }) => type === 'page') : undefined;
  const { socket, send, waitFor } = await connect(String(page?.webSocketDebuggerUrl));
  await send('Page.enable');
  return {
    async show(url, { width, height, theme }) {
      const metrics = { width, height, deviceScaleFactor: 1, mobile: width < 500 };
      await send('Emulation.setDeviceMetricsOverride', metrics);
      const features = [{ name: 'prefers-color-scheme', value: theme }];
      await send('Emulation.setEmulatedMedia', { features });
      const loaded = waitFor('Page.loadEventFired');
      await send('Page.navigate', { url });
      await loaded;
    },
    async evaluate(expression) {
      const { result } = await send('Runtime.evaluate', {
        expression,
        awaitPromise: true,
        returnByValue: true,
      });
      return typeof result === 'object' && result !== null && 'value' in result
        ? result.value
        : undefined;
    },
    async picture() {
      const { data } = await send('Page.captureScreenshot', { format: 'png' });
      return Buffer.from(String(data), 'base64');
    },
    async close() {
      socket.close();
      chromium.kill();
      await ended;
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Chromium prints where it listens. */
function readAddress(chromium: ChildProcess, output: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    chromium.once('error', reject);
    chromium.once('exit', (code) => reject(new Error(`Chromium ended with exit code ${code}`)));
    createInterface(output).on('line', (line) => {
      const address = /DevTools listening on (\S+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
}

async function connect(address: string): Promise<{
  socket: WebSocket;
  send: Send;
  waitFor: (event: string) => Promise<void>;
}> {
  const socket = new WebSocket(address);
  const answers = new Map<number, (message: Result) => void>();
  const events = new Map<string, () => void>();
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data));
    answers.get(message.id)?.(message);
    events.get(message.method)?.();
  });
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', () => reject(new Error(`cannot connect to ${address}`)));
  });
  let last = 0;
  return {
    socket,
    send: (method, params = {}) => {
      last += 1;
      socket.send(JSON.stringify({ id: last, method, params }));
      const id = last;
      return new Promise((resolve, reject) => {
        answers.set(id, ({ result, error }) => {
          answers.delete(id);
          if (error === undefined) resolve({ ...Object(result) });
          else reject(new Error(`${method}: ${JSON.stringify(error)}`));
        });
      });
    },
    waitFor: (event) => new Promise((resolve) => events.set(event, resolve)),
  };
}
