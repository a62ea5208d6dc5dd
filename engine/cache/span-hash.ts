// Rabin-Karp hashes of token windows. Equal windows have equal hashes; the reverse is for the caller to verify.

/** Tokens in a window: the least run that a search can start from. */
export const WINDOW_TOKENS = 16;

const BASE = 0x2c1b3c6d;
/** BASE^(WINDOW_TOKENS - 1): the weight of the token that leaves a window. */
const TOP_WEIGHT = Array.from({ length: WINDOW_TOKENS - 1 }).reduce<number>((weight) => Math.imul(weight, BASE), 1);

/** The hash of tokens[end - WINDOW_TOKENS .. end). */
export function windowHash(tokens: Int32Array, end: number): number {
  let state = 0;
  for (let at = end - WINDOW_TOKENS; at < end; at++) state = (Math.imul(state, BASE) + mix(tokens[at] ?? 0)) | 0;
  return spread(state);
}

/** Calls `visit` with the end and the hash of each window within start..end-1, in order. */
export function eachWindow(
  tokens: Int32Array,
  { start, end }: { start: number; end: number },
  visit: (end: number, hash: number) => void,
): void {
  let state = 0;
  for (let at = start; at < end; at++) {
    if (at - start >= WINDOW_TOKENS) state = (state - Math.imul(mix(tokens[at - WINDOW_TOKENS] ?? 0), TOP_WEIGHT)) | 0;
    state = (Math.imul(state, BASE) + mix(tokens[at] ?? 0)) | 0;
    if (at - start >= WINDOW_TOKENS - 1) visit(at + 1, spread(state));
  }
}

function mix(token: number): number {
  return Math.imul(token + 1, 0x297a2d39);
}

/** 30 bits, so that it is a small integer as a map key; the high bits of a product hold most. */
function spread(state: number): number {
  return (state ^ (state >>> 15)) & 0x3fffffff;
}
