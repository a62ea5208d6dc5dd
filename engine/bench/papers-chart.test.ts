// The chart on points whose places can be told: within the axes, in order, and nothing that a logarithm has no place for.

import { expect, test } from 'vitest';
import { lineChart } from './papers-chart.ts';
import type { Chart } from './papers-chart.ts';

const chart: Chart = {
  title: 'Right & <left>',
  x: { label: 'share', scale: 'percent' },
  y: { label: 'KL', scale: 'log' },
  series: [
    {
      name: 'thick',
      stressed: true,
      points: [
        [0.1, 0.001],
        [0.2, 0.1],
      ],
    },
    {
      name: 'thin',
      points: [
        [0.1, 0.01],
        [0.15, 0],
        [0.2, Number.NaN],
      ],
    },
    { name: 'empty', points: [[0.1, 0]] },
  ],
};

/** Of each line its points. */
function drawn(svg: string): string[] {
  return [...svg.matchAll(/<polyline points="([^"]*)"/g)].map(([, points]) => points!);
}

test('points lie between the axes by their values; the stressed line is drawn last', () => {
  expect(drawn(lineChart(chart))).toEqual(['72,224', '72,400 590,48']);
});

test('a value that a logarithm has no place for is left out, and a series of such values altogether', () => {
  const svg = lineChart(chart);
  expect(svg).toContain('>thin</text>');
  expect(svg).not.toContain('>empty</text>');
  expect(svg).not.toContain('NaN');
});

test('names are escaped, and round values stand at the axes', () => {
  const svg = lineChart(chart);
  expect(svg).toContain('Right &amp; &lt;left&gt;');
  expect(svg).toContain('>10 %</text>');
  expect(svg).toContain('>1e-2</text>');
});

test('numbers have an axis from nought on', () => {
  const points = [
    [2000, 0.1],
    [5120, 1],
  ] as const;
  const svg = lineChart({ ...chart, x: { label: 'tokens', scale: 'number' }, series: [{ name: 'one', points }] });
  expect(drawn(svg)).toEqual(['244.7,400 514,48']);
  for (const tick of ['0', '1000', '6000']) expect(svg).toContain(`>${tick}</text>`);
});

test('without any point there are axes all the same', () => {
  expect(lineChart({ ...chart, series: [] })).toContain('</svg>');
});
