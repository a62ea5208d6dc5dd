// Locality-sensitive signatures: 256 random hyperplanes, one bit for the side of each a vector lies on. Vectors at a
// small angle differ in few bits, so the nearest ones are found by counting bits. Seeded: the same at every call.

const BITS = 256;
const WORDS = BITS / 32;
const SEED = 0x48_65_61_72;

/**
 * Signatures [rows, 8 words] of vectors [rows, width]. The hyperplanes are rows of a random rotation made of two
 * rounds of random signs and a Walsh-Hadamard transform: as good as independent ones, at a tenth of their cost.
 */
export function signatures(vectors: Float32Array, width: number): Uint32Array {
  const size = Math.max(BITS, 2 ** Math.ceil(Math.log2(width)));
  const signs = randomSigns(2 * size);
  const rounds = [signs.subarray(0, size), signs.subarray(size)];
  const rows = vectors.length / width;
  const bits = new Uint32Array(rows * WORDS);
  const turned = new Float32Array(size);
  for (let row = 0; row < rows; row++) {
    turned.fill(0);
    turned.set(vectors.subarray(row * width, (row + 1) * width));
    for (const round of rounds) {
      for (let lane = 0; lane < size; lane++) turned[lane] = turned[lane]! * round[lane]!;
      transform(turned);
    }
    for (let bit = 0; bit < BITS; bit++) {
      const word = row * WORDS + (bit >> 5);
      if (turned[bit]! > 0) bits[word] = bits[word]! | (1 << (bit & 31));
    }
  }
  return bits;
}

/** For each left signature the `count` right ones that differ in fewest bits, [left, count]; -1 where there are fewer. */
export function candidates(left: Uint32Array, right: Uint32Array, count: number): Int32Array {
  const [rows, others] = [left.length / WORDS, right.length / WORDS];
  const found = new Int32Array(rows * count).fill(-1);
  const distances = new Int32Array(count);
  for (let row = 0; row < rows; row++) {
    const signature = left.subarray(row * WORDS, (row + 1) * WORDS);
    distances.fill(BITS + 1);
    for (let other = 0; other < others; other++) {
      let at = count - 1;
      const distance = differentBits(signature, right, { other, most: distances[at]! });
      if (distance >= distances[at]!) continue;
      for (; at > 0 && distance < distances[at - 1]!; at--) {
        distances[at] = distances[at - 1]!;
        found[row * count + at] = found[row * count + at - 1]!;
      }
      distances[at] = distance;
      found[row * count + at] = other;
    }
  }
  return found;
}

/** For each left signature the bits in which the nearest right one differs; all bits where there is none. */
export function nearestDistances(left: Uint32Array, right: Uint32Array): Int32Array {
  const nearest = new Int32Array(left.length / WORDS).fill(BITS);
  for (let row = 0; row < nearest.length; row++) {
    const signature = left.subarray(row * WORDS, (row + 1) * WORDS);
    for (let other = 0; other < right.length / WORDS; other++) {
      nearest[row] = Math.min(nearest[row]!, differentBits(signature, right, { other, most: nearest[row]! }));
    }
  }
  return nearest;
}

/** Stops counting at `most`. */
function differentBits(
  signature: Uint32Array,
  all: Uint32Array,
  { other, most }: { other: number; most: number },
): number {
  let different = 0;
  for (let word = 0; word < WORDS && different < most; word++) {
    let bits = signature[word]! ^ all[other * WORDS + word]!;
    bits -= (bits >>> 1) & 0x55_55_55_55;
    bits = (bits & 0x33_33_33_33) + ((bits >>> 2) & 0x33_33_33_33);
    different += Math.imul((bits + (bits >>> 4)) & 0x0f_0f_0f_0f, 0x01_01_01_01) >>> 24;
  }
  return different;
}

/** Walsh-Hadamard, in place and not scaled: only signs are used. */
function transform(values: Float32Array): void {
  for (let half = 1; half < values.length; half *= 2) {
    for (let start = 0; start < values.length; start += 2 * half) {
      for (let at = start; at < start + half; at++) {
        const low = values[at]!;
        const high = values[at + half]!;
        values[at] = low + high;
        values[at + half] = low - high;
      }
    }
  }
}

/** Xorshift: the top bit of each number. */
function randomSigns(count: number): Float32Array {
  let state = SEED;
  return Float32Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state < 0 ? -1 : 1;
  });
}
