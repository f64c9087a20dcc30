import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type Misbehaviour,
  misbehave,
  startUpstream,
  type Upstream,
} from '../../src/testing/index.ts';

const body = '0123456789';
let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.close());

/** The head of the answer; the body follows later. */
async function ask(how: Misbehaviour, headers = {}): Promise<IncomingMessage> {
  upstream.route(how, misbehave(how, body));
  const sent = get(new URL(how, upstream.url), { agent: false, headers });
  const [response]: IncomingMessage[] = await once(sent, 'response');
  if (response === undefined) throw new Error('no answer');
  return response.setEncoding('utf8');
}

async function read(response: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of response) text += piece;
  return text;
}

test('refuse answers 403', async () => {
  const response = await ask('refuse');
  expect(response).toMatchObject({ statusCode: 403, headers: { 'content-type': 'text/plain' } });
  expect(await read(response)).toBe('forbidden\n');
});

test('unavailable answers 503 with a time to retry', async () => {
  const response = await ask('unavailable');
  expect(response).toMatchObject({ statusCode: 503, headers: { 'retry-after': '1' } });
  expect(await read(response)).toBe('');
});

test('page answers 200 with a page', async () => {
  const response = await ask('page');
  expect(response).toMatchObject({ statusCode: 200, headers: { 'content-type': 'text/html' } });
  expect(await read(response)).toMatch(/^<!DOCTYPE html>/);
});

test('loop redirects to itself', async () => {
  const response = await ask('loop');
  expect(response).toMatchObject({ statusCode: 302, headers: { location: '/loop' } });
  response.resume();
});

test('change changes one byte, and announces the length of the whole body', async () => {
  const response = await ask('change');
  expect(response).toMatchObject({ statusCode: 200, headers: { 'content-length': '10' } });
  expect(await read(response)).toBe('0123446789');
});

test('no-ranges answers a range with the whole body', async () => {
  const response = await ask('no-ranges', { range: 'bytes=5-' });
  expect(response).toMatchObject({ statusCode: 200, headers: { 'content-length': '10' } });
  expect(response.headers['content-range']).toBeUndefined();
  expect(await read(response)).toBe(body);
});

test('cut ends the connection after half of the body', async () => {
  const response = await ask('cut');
  expect(response.headers['content-length']).toBe('10');
  const half: unknown[] = await once(response, 'data');
  expect(half).toEqual(['01234']);
  await expect(read(response)).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test('stall sends half of the body, and keeps the connection', async () => {
  const response = await ask('stall');
  expect(response.headers['content-length']).toBe('10');
  const half: unknown[] = await once(response, 'data');
  expect(half).toEqual(['01234']);
  let isOpen = true;
  response.once('close', () => {
    isOpen = false;
  });
  // Later connections are cut, one after the other, while this one stays.
  for (const _ of [1, 2]) {
    await expect(read(await ask('cut'))).rejects.toMatchObject({ code: 'ECONNRESET' });
  }
  expect([isOpen, response.complete]).toEqual([true, false]);
  response.destroy();
});
