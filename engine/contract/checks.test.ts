// What comes through the door and what does not: the methods and fields of answers, profiles and settings.

import { describe, expect, test } from 'vitest';
import { checkParams } from './checks.ts';
import type { CallName, StreamName } from './engine-api.ts';

const of = { profileId: 'p', conversationId: 'c' };
const asked = { ...of, text: 'Why?' };
const compared = { ...of, asked: { text: 'Why?' }, ways: [{ policy: 'hearth', quality: 'fast' }, {}], tokens: 1 };

describe('accepted as it is', () => {
  const fine: [CallName | StreamName, object][] = [
    ['conversations.prepare', of],
    ['conversations.settled', of],
    ['messages.tokens', { ...of, messageId: 'm' }],
    ['library.prepare', { profileId: 'p', documentId: 'd' }],
    ['cache.heal', {}],
    ['chat.send', { ...asked, policy: 'hearth', quality: 'fast', verify: true }],
    ['chat.regenerate', { ...of, policy: 'hearth', verify: false }],
    ['chat.compare', compared],
    ['chat.compare', { ...compared, asked: { answerId: 'a' }, ways: [], tokens: 1024 }],
    ['profiles.create', { name: 'Ana' }],
    ['profiles.create', { name: 'Ward', kind: 'clinic', policy: 'hearth', quality: 'exact', verify: true }],
    ['profiles.update', { profileId: 'p', policy: null, quality: null, verify: null }],
    ['settings.set', { policy: 'hearth', quality: 'fast', kvPrecision: 'int4' }],
  ];
  test.each(fine)('%s %j', (method, params) => {
    expect(checkParams(method, params)).toEqual({ params });
  });
});

describe('refused with the place that is wrong', () => {
  const wrong: [CallName | StreamName, object, RegExp][] = [
    ['conversations.prepare', { profileId: 'p' }, /conversationId is not valid/],
    ['conversations.settled', { ...of, tokens: 1 }, /the request is not valid/],
    ['messages.tokens', of, /messageId is not valid/],
    ['library.prepare', { profileId: 'p' }, /documentId is not valid/],
    ['cache.heal', { profileId: 'p' }, /the request is not valid/],
    ['chat.send', { ...asked, verify: 'yes' }, /verify is not valid/],
    ['chat.send', { ...asked, quality: null }, /quality is not valid/],
    ['chat.send', { ...asked, policy: 'telepathy' }, /policy is not valid/],
    ['chat.compare', { ...compared, tokens: undefined }, /tokens is not valid/],
    ['chat.compare', { ...compared, tokens: 0 }, /tokens is not valid/],
    ['chat.compare', { ...compared, tokens: 1025 }, /tokens is not valid/],
    ['chat.compare', { ...compared, tokens: 1.5 }, /tokens is not valid/],
    ['chat.compare', { ...compared, asked: { text: ' ' } }, /asked\.text is not valid/],
    ['chat.compare', { ...compared, asked: {} }, /asked is not valid/],
    ['chat.compare', { ...compared, ways: [{ policy: 'telepathy' }] }, /ways\.0\.policy is not valid/],
    ['chat.compare', { ...compared, ways: Array.from({ length: 17 }, () => ({})) }, /ways is not valid/],
    ['profiles.create', { name: 'Ana', kind: 'hospital' }, /kind is not valid/],
    ['profiles.create', { name: 'Ana', kind: null }, /kind is not valid/],
    ['profiles.update', { profileId: 'p', verify: 1 }, /verify is not valid/],
    ['settings.set', { quality: null }, /quality is not valid/],
    ['settings.set', { kvPrecision: 'fp8' }, /kvPrecision is not valid/],
  ];
  test.each(wrong)('%s %j', (method, params, problem) => {
    expect(checkParams(method, params)).toEqual({ problem: expect.stringMatching(problem) });
  });
});
