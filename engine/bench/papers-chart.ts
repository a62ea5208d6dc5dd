// A line chart as an SVG text: axes, a grid, one line with points for each series, a legend. Nothing else.

export interface Series {
  name: string;
  /** [x, y]; drawn in this order. */
  points: readonly (readonly [number, number])[];
  /** Drawn thicker and on top. */
  stressed?: boolean;
}

export interface Chart {
  title: string;
  x: Axis;
  y: Axis;
  series: readonly Series[];
}

export interface Axis {
  label: string;
  /** `percent`: values are shares of 1. `log`: powers of ten, of values above 0. `number`: any, from 0 on. */
  scale: 'percent' | 'log' | 'number';
}

const SIZE = { width: 900, height: 460 };
const PLOT = { left: 72, top: 48, right: 590, bottom: 400 };
const LEGEND = { x: 612, y: 60, line: 22 };
const GRID = ' stroke="#e3e3e3"/>';
/** Told apart by those who see few colours as well; points differ in shape besides. */
const COLOURS = '#c2410c #0072b2 #009e73 #cc79a7 #8a6d00 #56b4e9 #5b5b5b #7a3db8 #111111 #e69f00 #7a1f3d'.split(' ');

export function lineChart({ title, x, y, series }: Chart): string {
  const shown = series
    .map((each) => ({ ...each, points: each.points.filter((point) => fits(x, point[0]) && fits(y, point[1])) }))
    .filter(({ points }) => points.length > 0);
  const points = shown.flatMap((each) => each.points);
  const [horizontal, vertical] = [points.map((point) => point[0]), points.map((point) => point[1])];
  const [columns, rows] = [ticksOf(x, horizontal), ticksOf(y, vertical)];
  const place = {
    x: placing(x, columns, [PLOT.left, PLOT.right]),
    y: placing(y, rows, [PLOT.bottom, PLOT.top]),
  };
  const lines = shown.map((each, at) => line(each, at, place));
  const isStressed = (_: unknown, at: number) => shown[at]!.stressed === true;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${SIZE.height}" font-family="system-ui, sans-serif" font-size="13" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${SIZE.width}" height="${SIZE.height}" fill="#ffffff"/>`,
    `<text x="${PLOT.left}" y="26" font-size="16" font-weight="600" fill="#111111">${escaped(title)}</text>`,
    ...columns.map((tick) => {
      const at = place.x(tick);
      return `<path d="M${at} ${PLOT.top}V${PLOT.bottom}"${GRID}<text x="${at}" y="${PLOT.bottom + 20}" text-anchor="middle"${named(x, tick)}`;
    }),
    ...rows.map((tick) => {
      const at = place.y(tick);
      return `<path d="M${PLOT.left} ${at}H${PLOT.right}"${GRID}<text x="${PLOT.left - 8}" y="${at + 4}" text-anchor="end"${named(y, tick)}`;
    }),
    `<text x="${(PLOT.left + PLOT.right) / 2}" y="${PLOT.bottom + 44}" text-anchor="middle" fill="#111111">${escaped(x.label)}</text>`,
    `<text transform="translate(18 ${(PLOT.top + PLOT.bottom) / 2}) rotate(-90)" text-anchor="middle" fill="#111111">${escaped(y.label)}</text>`,
    ...lines.filter((each, at) => !isStressed(each, at)),
    ...lines.filter(isStressed),
    ...shown.map((each, at) => legend(each, at)),
    '</svg>',
    '',
  ].join('\n');
}

type Place = Record<'x' | 'y', (value: number) => number>;

function line({ points, stressed }: Series, at: number, place: Place): string {
  const colour = COLOURS[at % COLOURS.length]!;
  const spots = points.map(([x, y]) => [place.x(x), place.y(y)] as const);
  const path = spots.map(([x, y]) => `${x},${y}`).join(' ');
  const width = stressed === true ? 3.5 : 1.75;
  const marks = spots.map(([x, y]) => mark(at, x, y)).join('');
  return `<g stroke="${colour}" fill="${colour}"><polyline points="${path}" fill="none" stroke-width="${width}"/>${marks}</g>`;
}

function mark(at: number, x: number, y: number): string {
  if (at % 4 === 0) return `<circle cx="${x}" cy="${y}" r="4"/>`;
  if (at % 4 === 1) return `<rect x="${x - 3.5}" y="${y - 3.5}" width="7" height="7"/>`;
  return `<path d="M${x} ${y - 5}${at % 4 === 2 ? 'l5 9h-10z' : 'l5 5l-5 5l-5 -5z'}"/>`;
}

function legend({ name, stressed }: Series, at: number): string {
  const colour = COLOURS[at % COLOURS.length]!;
  const y = LEGEND.y + at * LEGEND.line;
  const weight = stressed === true ? ' font-weight="600"' : '';
  const sample = `<path d="M${LEGEND.x} ${y}h26" stroke="${colour}" stroke-width="2.5"/>${mark(at, LEGEND.x + 13, y)}`;
  return `<g fill="${colour}">${sample}<text x="${LEGEND.x + 34}" y="${y + 4}" fill="#111111"${weight}>${escaped(name)}</text></g>`;
}

function fits({ scale }: Axis, value: number): boolean {
  return Number.isFinite(value) && (scale !== 'log' || value > 0);
}

/** Round values below, among and above those given. */
function ticksOf({ scale }: Axis, values: readonly number[]): number[] {
  const [least, most] = values.length === 0 ? [0.1, 1] : [Math.min(...values), Math.max(...values)];
  if (scale === 'log') {
    const [low, high] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))];
    return Array.from({ length: Math.max(2, high - low + 1) }, (_, at) => 10 ** (low + at));
  }
  if (scale === 'number') {
    const size = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
    const step = [0.2, 0.5, 1, 2].find((each) => most / (each * size) <= 6)! * size;
    return Array.from({ length: Math.max(2, Math.ceil(most / step) + 1) }, (_, at) => at * step);
  }
  const step = [0.02, 0.05, 0.1, 0.2].find((size) => (most - least) / size <= 6) ?? 0.25;
  const [low, high] = [Math.floor(least / step + 1e-9), Math.ceil(most / step - 1e-9)];
  return Array.from({ length: Math.max(2, high - low + 1) }, (_, at) => Number(((low + at) * step).toFixed(2)));
}

function placing({ scale }: Axis, ticks: readonly number[], [from, to]: readonly [number, number]): Place['x'] {
  const of = scale === 'log' ? Math.log10 : (value: number) => value;
  const [low, high] = [of(ticks[0]!), of(ticks.at(-1)!)];
  return (value) => Number((from + ((of(value) - low) / (high - low)) * (to - from)).toFixed(1));
}

function named({ scale }: Axis, tick: number): string {
  const texts = {
    log: () => (tick >= 1 ? tick.toFixed(0) : tick.toExponential(0)),
    number: () => tick.toFixed(0),
    percent: () => `${Math.round(100 * tick)} %`,
  };
  return ` fill="#444444">${texts[scale]()}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
