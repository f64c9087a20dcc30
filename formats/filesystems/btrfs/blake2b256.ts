/** The initial state, each word of 64 bits as its low and its high half. */
const initial = Uint32Array.of(
  0xf3bc_c908,
  0x6a09_e667,
  0x84ca_a73b,
  0xbb67_ae85,
  0xfe94_f82b,
  0x3c6e_f372,
  0x5f1d_36f1,
  0xa54f_f53a,
  0xade6_82d1,
  0x510e_527f,
  0x2b3e_6c1f,
  0x9b05_688c,
  0xfb41_bd6b,
  0x1f83_d9ab,
  0x137e_2179,
  0x5be0_cd19,
);
/** Order of the message words in each round (RFC 7693, 2.7), one hexadecimal digit for each word. */
const orders = [
  '0123456789abcdef',
  'ea489fd61c02b753',
  'b8c052fdae367194',
  '7931dcbe265a40f8',
  '905724afe1bc683d',
  '2c6a0b834d75fe19',
  'c51fed4a0763928b',
  'db7ec13950f4862a',
  '6fe9b308c2d714a5',
  'a2847615fb9e3cd0',
].map((order) => Uint8Array.from(order, (digit) => Number.parseInt(digit, 16)));
/** The groups of words that are mixed: columns, then diagonals. */
const mixes = ['048c', '159d', '26ae', '37bf', '05af', '16bc', '278d', '349e'].map((words) =>
  Uint8Array.from(words, (digit) => Number.parseInt(digit, 16) * 2),
);
const rounds = 12;
const blockBytes = 128;
const outputBytes = 32;

/** BLAKE2b with 256 bits of output (RFC 7693), which Node's crypto does not have. */
export function blake2b256(bytes: Buffer): Buffer {
  const state = Uint32Array.from(initial);
  state[0] = (state[0] ?? 0) ^ 0x0101_0000 ^ outputBytes;
  const blocks = Math.max(1, Math.ceil(bytes.length / blockBytes));
  const block = Buffer.alloc(blockBytes);
  for (let index = 0; index < blocks; index += 1) {
    const isLast = index === blocks - 1;
    block.fill(0);
    bytes.copy(block, 0, index * blockBytes);
    compress(state, block, isLast ? bytes.length : (index + 1) * blockBytes, isLast);
  }
  const output = Buffer.alloc(outputBytes);
  for (let at = 0; at < outputBytes; at += 4) output.writeUInt32LE(state[at / 4] ?? 0, at);
  return output;
}

const words = new Uint32Array(32);
const work = new Uint32Array(32);

function compress(state: Uint32Array, block: Buffer, counted: number, isLast: boolean): void {
  for (let index = 0; index < 32; index += 1) words[index] = block.readUInt32LE(index * 4);
  work.set(state);
  work.set(initial, 16);
  // The counter needs only 32 bits: a tree block and a sector are far smaller than 4 GiB.
  work[24] = (work[24] ?? 0) ^ counted;
  if (isLast) {
    work[28] = ~(work[28] ?? 0);
    work[29] = ~(work[29] ?? 0);
  }
  for (let round = 0; round < rounds; round += 1) {
    const order = orders[round % orders.length] ?? initialOrder;
    for (let index = 0; index < 8; index += 1) {
      const [a = 0, b = 0, c = 0, d = 0] = mixes[index] ?? initialOrder;
      addWord(a, b, (order[2 * index] ?? 0) * 2);
      turn(d, a, 32);
      add(c, d);
      turn(b, c, 24);
      addWord(a, b, (order[2 * index + 1] ?? 0) * 2);
      turn(d, a, 16);
      add(c, d);
      turn(b, c, 63);
    }
  }
  for (let index = 0; index < 16; index += 1) {
    state[index] = (state[index] ?? 0) ^ (work[index] ?? 0) ^ (work[index + 16] ?? 0);
  }
}

const initialOrder = new Uint8Array(16);

/** work[to] += work[from], as words of 64 bits. */
function add(to: number, from: number): void {
  const low = (work[to] ?? 0) + (work[from] ?? 0);
  work[to] = low;
  work[to + 1] = (work[to + 1] ?? 0) + (work[from + 1] ?? 0) + (low > 0xffff_ffff ? 1 : 0);
}

/** work[to] += work[from] + words[word]. */
function addWord(to: number, from: number, word: number): void {
  const low = (work[to] ?? 0) + (work[from] ?? 0) + (words[word] ?? 0);
  work[to] = low;
  const carry = Math.floor(low / 0x1_0000_0000);
  work[to + 1] = (work[to + 1] ?? 0) + (work[from + 1] ?? 0) + (words[word + 1] ?? 0) + carry;
}

/** work[to] = (work[to] ^ work[from]) rotated right by `bits`. */
function turn(to: number, from: number, bits: number): void {
  const low = (work[to] ?? 0) ^ (work[from] ?? 0);
  const high = (work[to + 1] ?? 0) ^ (work[from + 1] ?? 0);
  if (bits === 32) {
    work[to] = high;
    work[to + 1] = low;
  } else if (bits < 32) {
    work[to] = (low >>> bits) | (high << (32 - bits));
    work[to + 1] = (high >>> bits) | (low << (32 - bits));
  } else {
    // A rotation right by 63 is a rotation left by one.
    work[to] = (low << 1) | (high >>> 31);
    work[to + 1] = (high << 1) | (low >>> 31);
  }
}
