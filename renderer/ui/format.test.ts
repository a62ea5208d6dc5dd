// Figures as people read them.

import { expect, it } from 'vitest';
import { ago, bytes, dayGroup, duration, percent, plural } from './format.ts';

const NOW = new Date(2026, 2, 12, 14, 30).getTime();
const DAY_MS = 86_400_000;

it('sizes are told in the unit people would take', () => {
  expect([0, 1023, 1536, 150 * 1024, 4 * 2 ** 30].map(bytes)).toEqual([
    '0 B',
    '1,023 B',
    '1.5 KiB',
    '150 KiB',
    '4 GiB',
  ]);
});

it('times are told as precisely as they matter', () => {
  expect([0.4, 41.2, 260.4, 4210, 200_000, 7_500_000].map(duration)).toEqual([
    '0 ms',
    '41 ms',
    '0.26 s',
    '4.2 s',
    '3 min 20 s',
    '2 h 5 min',
  ]);
});

it('a small share is not called nothing', () => {
  expect([0, 0.001, 0.5, 1].map(percent)).toEqual(['0%', '<1%', '50%', '100%']);
  expect([plural(1, 'chat'), plural(1200, 'chat')]).toEqual(['1 chat', '1,200 chats']);
});

it('moments are told from where the reader stands', () => {
  const times = [
    NOW - 5000,
    NOW - 5 * 60_000,
    NOW - 3 * 3_600_000,
    NOW - DAY_MS,
    NOW - 40 * DAY_MS,
    NOW - 400 * DAY_MS,
  ];
  expect(times.map((time) => ago(time, NOW))).toEqual([
    'just now',
    '5 min ago',
    'today 11:30',
    'yesterday',
    '31 Jan',
    '5 Feb 2025',
  ]);
});

it('a chat of last night belongs to yesterday, however few hours ago it was', () => {
  const lateLastNight = new Date(2026, 2, 11, 23, 59).getTime();
  expect(dayGroup(lateLastNight, new Date(2026, 2, 12, 0, 5).getTime())).toBe('Yesterday');
});
