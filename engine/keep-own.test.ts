// The writer of policy `kvshare`: its blends are donors for the same policy and person, for nobody else, and until
// something is deleted. Turns without the work behind them, so that nothing is healed meanwhile.

import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCache, temporaryFolder as cacheFolder } from './cache/test-cache.ts';
import type { KvCache } from './cache/kv-cache.ts';
import type { ConversationId } from './contract/chat.ts';
import type { ProfileId } from './contract/profiles.ts';
import type { PolicyName } from './contract/settings.ts';
import { findRows } from './find-rows.ts';
import type { FoundRows } from './find-rows.ts';
import { ownKeeper } from './keep-own.ts';
import { loadModel } from './loaded-model.ts';
import type { LoadedModel } from './loaded-model.ts';
import { likeliest } from './metrics/divergence.ts';
import { Catalog } from './model/catalog.ts';
import { approximateWork, prefixSources } from './row-sources.ts';
import { Sequence } from './schedule/sequence.ts';
import { temporaryFolder } from './testing/temporary-folder.ts';
import { makeTinyModel } from './testing/tiny-model.ts';
import type { Prompt } from './text/prompt.ts';
import { privateScope } from './types.ts';
import type { Scope } from './types.ts';
import { rowKeeper } from './write-back.ts';

const ana = 'ana' as ProfileId;
const ben = 'ben' as ProfileId;
const ENTRY = { kind: 'conversation', id: 'chat', label: null } as const;
const lines = (from: number) =>
  Array.from({ length: 12 }, (_, at) => `Room ${at + from} is cleaned on day ${(at * 7 + from) % 31}.`).join('\n');
const [FIRST, SECOND] = [lines(10), lines(300)];
const BOTH = `${FIRST}\n${SECOND}`;

let folder: ReturnType<typeof cacheFolder>;
let cache: KvCache;
let loaded: LoadedModel;
beforeEach(async () => {
  folder = cacheFolder();
  cache = openCache(folder);
  const models = temporaryFolder();
  await makeTinyModel(join(models, 'tiny'), { seed: 1, layers: 4, context: 2048 });
  const catalog = new Catalog({ models, starter: join(models, 'none') });
  loaded = await loadModel(await catalog.resolve(join(models, 'tiny')), cache, { threads: 2, liveKv: 'full' });
});
afterEach(async () => {
  await loaded.model.close();
  cache.close();
  folder[Symbol.dispose]();
});

function promptOf(system: string, document: string, by = ana): Prompt {
  const scope = privateScope(by);
  return loaded.text.prompt({
    system: { text: system, scope },
    documents: [{ text: document, scope }],
    messages: [{ role: 'user', text: 'Who?' }],
    privateScope: scope,
  });
}

const find = (prompt: Prompt, policy: PolicyName, by = ana): Promise<FoundRows> => {
  const choice = { policy, quality: 'balanced', verify: false, similar: false, precision: 'lossless' } as const;
  return findRows({ prompt, profileId: by, choice }, loaded);
};

/** Spans whose rows are not in the cache that everybody looks into. */
const ofItsOwn = (found: FoundRows) => (found.plan.approximate?.spans ?? []).filter(({ space }) => space !== undefined);

interface Turn {
  prompt: Prompt;
  policy: PolicyName;
  isCurrent?: () => boolean;
  by?: ProfileId;
  maxTokens?: number;
  /** Happens between finding and keeping. */
  meanwhile?: () => void;
}

async function turn({
  prompt,
  policy,
  isCurrent = () => true,
  by = ana,
  maxTokens = 4,
  meanwhile,
}: Turn): Promise<Sequence> {
  const { space, speed } = loaded;
  const found = await find(prompt, policy, by);
  const sequence = new Sequence(
    {
      tokens: prompt.tokens,
      reuse: prefixSources(found.plan.reuse, loaded),
      approximate: approximateWork(found.plan, loaded),
      maxTokens,
      eosTokenIds: [],
      sampler: () => likeliest,
      draft: null,
      signal: new AbortController().signal,
    },
    loaded,
  );
  while (!sequence.done) await sequence.step();
  meanwhile?.();
  const rows = { prompt, speed, entryOf: () => ENTRY, isCurrent };
  rowKeeper({ ...rows, space, reuse: found.plan.reuse, computed: sequence, precision: 'lossless' })();
  ownKeeper({ ...rows, own: found.own ?? null, sequence, profileId: by })();
  return sequence;
}

/** Both halves of a text are known, each behind another system text; then a blend of the whole is made. */
async function blend(changes: Partial<Turn> = {}): Promise<Sequence> {
  await turn({ prompt: promptOf('You clean.', FIRST), policy: 'exact' });
  await turn({ prompt: promptOf('You cook.', SECOND), policy: 'exact' });
  return turn({ prompt: promptOf('You keep the house.', BOTH), policy: 'kvshare', ...changes });
}

/** Tokens of the whole text that the policy holds for itself, whatever the cache holds as well. */
async function keptTokens(by = ana, scopes: Scope[] = [privateScope(ana), 'library']): Promise<number> {
  const prompt = promptOf(ASKED_LATER, BOTH);
  const { own } = await find(prompt, 'kvshare', by);
  const spans = own!.findSpans(prompt.tokens, prompt.documents[0]!, scopes, { rule: 'length' });
  return spans.reduce((sum, { start, end }) => sum + end - start, 0);
}

const ASKED_LATER = 'You know everything.';

describe('a blend', () => {
  test('is a donor for the next request of the same person and policy', async () => {
    const made = await blend();
    expect(made.placed.length).toBeGreaterThan(1);
    const later = await find(promptOf(ASKED_LATER, BOTH), 'kvshare');
    const [span] = ofItsOwn(later);
    const whole = promptOf(ASKED_LATER, BOTH).documents[0]!;
    expect(span!.start).toBeLessThanOrEqual(whole.start + 1);
    expect(span!.end).toBeGreaterThanOrEqual(whole.end);
    const used = await turn({ prompt: promptOf(ASKED_LATER, BOTH), policy: 'kvshare' });
    expect(used.placed).toContainEqual({ start: expect.any(Number), end: span!.end });
    expect(used.placed.reduce((sum, { start, end }) => sum + end - start, 0)).toBeGreaterThanOrEqual(
      span!.end - span!.start,
    );
  });

  test('is never an exact row, not even for the very same prompt', async () => {
    const prompt = promptOf('You keep the house.', BOTH);
    await blend();
    for (const policy of ['kvshare', 'hearth', 'exact'] as const) {
      const { plan } = await find(prompt, policy);
      expect(plan.reusedTokens).toBeLessThan(prompt.documents[0]!.start + 2);
    }
    const again = await turn({ prompt, policy: 'kvshare' });
    expect(again.exactRows).toBeLessThan(prompt.documents[0]!.start + 2);
  });

  test('is found by no other policy and no other person', async () => {
    await blend();
    for (const policy of ['hearth', 'exact', 'off'] as const) {
      const found = await find(promptOf(ASKED_LATER, BOTH), policy);
      expect(found.own).toBeNull();
      expect(ofItsOwn(found)).toEqual([]);
      expect(found.refs.every((ref) => loaded.space.load(ref) !== null)).toBe(true);
    }
    const found = await find(promptOf(ASKED_LATER, BOTH, ben), 'kvshare', ben);
    expect(found.plan.approximate).toBeNull();
  });

  test("is its own person's alone, even of text that everybody may read", async () => {
    const shared = { ...promptOf('You keep the house.', BOTH), scopes: [] as Prompt['scopes'] };
    shared.scopes.push({ start: 0, end: shared.tokens.length, scope: 'library' });
    await blend({ prompt: shared });
    expect(await keptTokens()).toBeGreaterThan(300);
    expect(await keptTokens(ana, ['app', 'library'])).toBe(0);
    expect(await keptTokens(ben)).toBe(0);
  });

  test('ends with whatever is deleted', async () => {
    await blend();
    expect(await keptTokens()).toBeGreaterThan(300);
    cache.remove({ conversationId: 'another' as ConversationId });
    const later = await find(promptOf(ASKED_LATER, BOTH), 'kvshare');
    expect(later.plan.approximate!.spans.length).toBeGreaterThan(1);
    expect(ofItsOwn(later)).toEqual([]);
  });
});

describe('nothing is kept', () => {
  test('of a text that was removed while it was read', async () => {
    await blend({ isCurrent: () => false });
    expect(await keptTokens()).toBe(0);
  });

  test('of rows that were deleted while they were used', async () => {
    await blend({ meanwhile: () => cache.remove({ conversationId: 'another' as ConversationId }) });
    expect(await keptTokens()).toBe(0);
  });

  test('of a turn that was exact, which is kept for everybody', async () => {
    const one = await turn({ prompt: promptOf('You clean.', BOTH), policy: 'kvshare' });
    expect(one.exactRows).toBe(one.kv.rows);
    expect(await keptTokens()).toBe(0);
    expect((await find(promptOf('You clean.', BOTH), 'exact')).plan.reusedTokens).toBeGreaterThan(300);
  });

  test('of a turn without an answer', async () => {
    await blend({ maxTokens: 0 });
    expect(await keptTokens()).toBe(0);
  });
});
