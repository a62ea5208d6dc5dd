// The few statistics that benchmarks report.

/** The value below which the share (0 to 1) of the values lies, between neighbours; null for no values. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const position = share * (sorted.length - 1);
  const low = sorted[Math.floor(position)];
  const high = sorted[Math.ceil(position)];
  if (low === undefined || high === undefined) return null;
  return low + (high - low) * (position - Math.floor(position));
}

export function median(values: readonly number[]): number | null {
  return percentile(values, 0.5);
}

/** Rounded to `digits` places, so that a result file holds no noise. */
export function rounded(value: number, digits = 2): number {
  return Number(value.toFixed(digits));
}

export function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
