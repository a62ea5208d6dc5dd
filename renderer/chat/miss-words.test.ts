// Why more was not reused, and the one thing that helps.

import { describe, expect, it } from 'vitest';
import { whyMissed } from './miss-words.ts';
import { ALL_NEW, testReport } from './test-report.ts';

describe('why more was not reused', () => {
  it('says nothing where only a new question stood behind remembered text', () => {
    expect(whyMissed(testReport({ missReason: 'new' }))).toBeNull();
    expect(whyMissed(testReport())).toBeNull();
  });

  it('names the token at which a text was edited, and the policy that would have helped', () => {
    const missReason = 'edited-at-token-1641';
    const exact = whyMissed(testReport({ missReason }));
    expect(exact?.reason).toContain('from token 1,641 on');
    expect(exact).toMatchObject({ advice: expect.stringContaining('Hearth'), action: 'settings' });
    const hearth = whyMissed(testReport({ missReason, policy: 'hearth', quality: 'balanced' }));
    expect(hearth).toMatchObject({ advice: expect.not.stringContaining('Hearth'), action: null });
  });

  it('leads to the one place that would help', () => {
    expect(whyMissed(testReport({ missReason: 'policy-off' }))?.action).toBe('settings');
    expect(whyMissed(testReport({ missReason: 'evicted' }))?.action).toBe('settings');
    expect(whyMissed(testReport({ missReason: 'private' }))?.action).toBe('library');
    expect(whyMissed(testReport({ missReason: 'damaged' }))?.action).toBe('cache');
  });

  it('says so where nothing needs to be done', () => {
    for (const missReason of ['new', 'model-changed', 'too-short']) {
      expect(whyMissed(testReport({ ...ALL_NEW, missReason }))?.advice).toMatch(/^Nothing to do: /u);
    }
  });

  it('says nothing about a reason this page does not know', () => {
    expect(whyMissed(testReport({ missReason: 'moon-phase' }))).toBeNull();
  });
});
