// Checks for what can only be false through a bug. The engine ends; the host starts it again.

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
