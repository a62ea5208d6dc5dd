// Which of the three voices counts for a turn, and what a clinic never gets.

import { expect, test } from 'vitest';
import { KV_PRECISIONS, POLICIES, QUALITIES } from '../contract/settings.ts';
import { effective, readablePrecisions } from './reuse-choice.ts';
import type { Choosing } from './reuse-choice.ts';

const nothing = { policy: null, quality: null, verify: null };
const personal: Choosing['profile'] = { kind: 'personal', ...nothing };
const clinic: Choosing['profile'] = { kind: 'clinic', ...nothing };
const settings: Choosing['settings'] = { policy: 'hearth', quality: 'balanced', kvPrecision: 'int8', liveKv: 'full' };

test('a turn without wishes of a person without choices is as the machine is set', () => {
  expect(effective({ profile: personal, settings, options: {} })).toEqual({
    policy: 'hearth',
    quality: 'balanced',
    verify: false,
    similar: false,
    precision: 'int8',
  });
});

test("a person's choice goes before the setting, and the turn's own wish before both", () => {
  const profile = { ...personal, policy: 'off', quality: 'fast', verify: true } as const;
  expect(effective({ profile, settings, options: {} })).toMatchObject({ policy: 'off', quality: 'fast', verify: true });
  const options = { policy: 'exact', quality: 'exact', verify: false } as const;
  expect(effective({ profile, settings, options })).toMatchObject(options);
  const unset = { policy: undefined, quality: undefined, verify: undefined };
  expect(effective({ profile, settings, options: unset })).toMatchObject({ policy: 'off', verify: true });
});

test('similar text is for policy hearth at its fastest level, and for semsharekv, which has but one', () => {
  for (const policy of POLICIES) {
    for (const quality of QUALITIES) {
      const { similar } = effective({ profile: personal, settings, options: { policy, quality } });
      expect(similar).toBe(policy === 'semsharekv' || (policy === 'hearth' && quality === 'fast'));
    }
  }
});

test('a clinic verifies unless it says otherwise, and gets no similar text and no lossy row whatever it says', () => {
  expect(effective({ profile: clinic, settings, options: {} }).verify).toBe(true);
  expect(effective({ profile: { ...clinic, verify: false }, settings, options: {} }).verify).toBe(false);
  for (const verify of [true, false]) {
    const options = { policy: 'hearth', quality: 'fast', verify } as const;
    expect(effective({ profile: clinic, settings, options })).toEqual({
      ...options,
      similar: false,
      precision: 'lossless',
    });
  }
});

test('what must equal a full computation is lossless: no reuse, exact reuse, the exact level, verified answers', () => {
  const precision = (options: Choosing['options']) => effective({ profile: personal, settings, options }).precision;
  expect(precision({ policy: 'off' })).toBe('lossless');
  expect(precision({ policy: 'exact' })).toBe('lossless');
  expect(precision({ quality: 'exact' })).toBe('lossless');
  expect(precision({ verify: true })).toBe('lossless');
  expect(precision({ quality: 'fast' })).toBe('int8');
});

test('four bits are never kept for answers that nobody checks', () => {
  const kept = KV_PRECISIONS.map(
    (kvPrecision) => effective({ profile: personal, settings: { ...settings, kvPrecision }, options: {} }).precision,
  );
  expect(kept).toEqual(['lossless', 'fp16', 'int8', 'int8']);
});

test('four bits are kept where every answer is checked, and never in a clinic', () => {
  const rough = { ...settings, kvPrecision: 'int4' } as const;
  expect(effective({ profile: personal, settings: rough, options: { verify: true } }).precision).toBe('int4');
  const clinic = { ...personal, kind: 'clinic' } as const;
  expect(effective({ profile: clinic, settings: rough, options: { verify: true } }).precision).toBe('lossless');
});

test('where live rows have 16 bits, nothing is finer, and what asks for the finest takes those', () => {
  const compact = { ...settings, liveKv: 'compact' } as const;
  const precision = (options: Choosing['options'], profile = personal) =>
    effective({ profile, settings: compact, options }).precision;
  expect(precision({ policy: 'exact' })).toBe('fp16');
  expect(precision({ verify: true })).toBe('fp16');
  expect(precision({}, clinic)).toBe('fp16');
  expect(precision({})).toBe('int8');
});

test('a turn reads no row that is less precise than those it keeps', () => {
  expect(readablePrecisions('lossless')).toEqual(['lossless']);
  expect(readablePrecisions('fp16')).toEqual(['lossless', 'fp16']);
  expect(readablePrecisions('int8')).toEqual(['lossless', 'fp16', 'int8']);
});
