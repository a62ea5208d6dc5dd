// A thin bar that says how much of something is used. The words beside it carry the figures.

interface MeterProps {
  label: string;
  value: number;
  max: number;
  /** The figures in words, for the screen reader. */
  text: string;
  /** Full is what is wished for, and no warning. */
  goal?: boolean;
}

export function Meter({ label, value, max, text, goal = false }: MeterProps) {
  const share = max <= 0 ? 0 : Math.min(1, value / max);
  return (
    <div
      className="meter"
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- the browser's own meter cannot be given the page's colours
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={Math.max(1, max)}
      aria-valuenow={Math.min(value, Math.max(1, max))}
      aria-valuetext={text}
      data-full={!goal && share > 0.9}
    >
      <div className="meter-fill" style={{ transform: `scaleX(${share})` }} />
    </div>
  );
}
