import { viewOf } from '../../src/kit.ts';

/** The first two primes of XXH32, as signed numbers. */
export const prime1: number = 0x9e3779b1 | 0;
export const prime2: number = 0x85ebca77 | 0;
export const stripeBytes = 16;

/** Mixes stripes, a multiple of sixteen bytes, into the four lanes of XXH32. */
export type MixStripes = (lanes: Int32Array, bytes: Uint8Array) => void;

/** Shorter input is mixed here before the WebAssembly code is ready. */
const minWasmBytes = 64 * 1024;
/** Place of the bytes in its memory, after the lanes; one piece fits in the processor's cache. */
export const dataAt = 64;
const pieceBytes = 128 * 1024;
const pageBytes = 64 * 1024;
/** Stripes in one iteration of the loop. */
const unroll = 4;

/** The JavaScript loop takes two and a half times as long as the WebAssembly code. */
let fast: MixStripes | undefined;

export const mixStripes: MixStripes = (lanes, bytes) => {
  if (bytes.length >= minWasmBytes) fast ??= loadWasm();
  (fast ?? mixHere)(lanes, bytes);
};

/** For short input, and where WebAssembly is disabled. */
export const mixHere: MixStripes = (lanes, bytes) => {
  const view = viewOf(bytes);
  let [a = 0, b = 0, c = 0, d = 0] = lanes;
  for (let at = 0; at < bytes.length; at += stripeBytes) {
    a = mix(a, view.getInt32(at, true));
    b = mix(b, view.getInt32(at + 4, true));
    c = mix(c, view.getInt32(at + 8, true));
    d = mix(d, view.getInt32(at + 12, true));
  }
  lanes.set([a, b, c, d]);
};

function mix(lane: number, word: number): number {
  const sum = (lane + Math.imul(word, prime2)) | 0;
  return Math.imul((sum << 13) | (sum >>> 19), prime1);
}

function loadWasm(): MixStripes {
  if (typeof WebAssembly === 'undefined') return mixHere;
  const { memory, mix: run } = new WebAssembly.Instance(new WebAssembly.Module(formatMixer()))
    .exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof run !== 'function') return mixHere;
  const state = new Int32Array(memory.buffer, 0, 4);
  const data = new Uint8Array(memory.buffer, dataAt, pieceBytes);
  return (lanes, bytes) => {
    const whole = bytes.length - (bytes.length % (unroll * stripeBytes));
    state.set(lanes);
    for (let at = 0; at < whole; at += pieceBytes) {
      const piece = bytes.subarray(at, Math.min(whole, at + pieceBytes));
      data.set(piece);
      run(dataAt, dataAt + piece.length);
    }
    lanes.set(state);
    mixHere(lanes, bytes.subarray(whole));
  };
}

/**
 * A module with one memory and two functions: `mix(at, end)` mixes the bytes from `at` to `end`, whole turns of the loop, into
 * the lanes at 0; `mixZeros` does so as if they were zeros, in half the time. Sections and opcodes: WebAssembly Core
 * Specification 1.0, chapter 5.
 */
export function formatMixer(): Uint8Array<ArrayBuffer> {
  const [code, codeOfZeros] = [formatLoop(true), formatLoop(false)];
  const pages = Math.ceil((dataAt + pieceBytes) / pageBytes);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 2, i32, i32, 0]),
    ...section(3, [2, 0, 0]),
    ...section(5, [1, 0, pages]),
    ...section(7, [3, ...name('memory'), 2, 0, ...name('mix'), 0, 0, ...name('mixZeros'), 0, 1]),
    ...section(10, [
      2,
      ...unsigned(code.length),
      ...code,
      ...unsigned(codeOfZeros.length),
      ...codeOfZeros,
    ]),
  ]);
}

const i32 = 0x7f;

function formatLoop(loads: boolean): number[] {
  const [at, end, firstLane] = [0, 1, 2];
  const get = (local: number): number[] => [0x20, local];
  const set = (local: number): number[] => [0x21, local];
  const constant = (value: number): number[] => [0x41, ...signed(value)];
  const load = (offset: number): number[] => [0x28, 2, ...unsigned(offset)];
  const [store, add, multiply, turnLeft, isLower] = [0x36, 0x6a, 0x6c, 0x77, 0x49];
  const lanes = [0, 1, 2, 3];
  const word = (offset: number): number[] =>
    loads ? [...get(at), ...load(offset), ...constant(prime2), multiply, add] : [];
  const stripe = (offset: number): number[] =>
    lanes.flatMap((lane) => [
      ...[...get(firstLane + lane), ...word(offset + lane * 4)],
      ...[...constant(13), turnLeft, ...constant(prime1), multiply, ...set(firstLane + lane)],
    ]);
  const [loop, noResult, branchIf, endOf] = [0x03, 0x40, 0x0d, 0x0b];
  const stripes = Array.from({ length: unroll }, (_, i) => stripe(i * stripeBytes)).flat();
  return [
    // One group of four locals.
    ...[1, lanes.length, i32],
    ...lanes.flatMap((lane) => [...constant(0), ...load(lane * 4), ...set(firstLane + lane)]),
    ...[loop, noResult, ...stripes],
    ...[...get(at), ...constant(unroll * stripeBytes), add, ...set(at)],
    ...[...get(at), ...get(end), isLower, branchIf, 0, endOf],
    ...lanes.flatMap((lane) => [...constant(0), ...get(firstLane + lane), store, 2, lane * 4]),
    endOf,
  ];
}

function section(id: number, content: number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function name(text: string): number[] {
  return [text.length, ...Buffer.from(text)];
}

/** LEB128: seven bits a byte, the lowest first. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  const isLast = value >= -0x40 && value < 0x40;
  return isLast ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
