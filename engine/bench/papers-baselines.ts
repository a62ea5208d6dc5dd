// Published ways to reuse rows of equal text, as policies of this engine, for comparison: same rows found, same model,
// same counting. KVShare and SemShareKV are policies of their own, elsewhere.
//
// All of them take the spans that the ladder finds and reuse them whatever they save; they know no edits, no seams and
// no quality, and compute nothing again while the answer is written. Shares are of the reused tokens behind the exact
// prefix.

import type { FoundSpan } from '../match/found-span.ts';
import type { SpanFinder } from '../match/matcher.ts';
import type { Model } from '../model/forward.ts';
import { exact } from '../plan/policies/exact.ts';
import type { Costs, Policy } from '../plan/policies/policy.ts';
import { clip, clipRefs, lengthOf } from '../plan/ranges.ts';
import type { ApproximatePlan } from '../plan/reuse-plan.ts';
import type { Prompt } from '../text/prompt.ts';
import type { TokenRange } from '../types.ts';

type Repair = Pick<ApproximatePlan, 'forced' | 'recomputeTokens'> & {
  selector?: Partial<ApproximatePlan['selector']>;
};

export const NO_SELECTOR: ApproximatePlan['selector'] = {
  influence: false,
  relevance: false,
  keyTerm: false,
  grouping: false,
};

/** Rows of equal text, moved or behind an edit, with nothing done about what is wrong with them. */
export const movedAsIs: Policy = equalText(() => ({ forced: [], recomputeTokens: 0 }));

/**
 * CacheBlend (arXiv 2405.16444): the tokens whose values deviate most at the first layer looked at. Its code looks at
 * the second layer and squares the differences; here it is the first deep layer and their absolute sum. Needs a model
 * from `deviationAlone`.
 */
export function cacheBlend(share: number): Policy {
  return equalText((spans) => {
    const recomputeTokens = Math.floor(share * lengthOf(spans));
    return { forced: [], recomputeTokens, selector: { influence: recomputeTokens > 0, measure: 'dhd' } };
  });
}

/** EPIC's LegoLink (arXiv 2410.15332): the first tokens of each chunk, so many or such a share; a span is a chunk. */
export function epic(first: { tokens: number } | { share: number }): Policy {
  return equalText((spans) => {
    const forced = spans.map(({ start, end }): TokenRange => {
      const count = 'tokens' in first ? first.tokens : Math.round(first.share * (end - start));
      return { start, end: Math.min(end, start + count) };
    });
    return { forced, recomputeTokens: lengthOf(forced) };
  });
}

/** ProphetKV: the tokens that the question looks at most in the middle layers, with the rows as they are. */
export function prophetKv(share: number): Policy {
  return equalText((spans) => {
    const recomputeTokens = Math.floor(share * lengthOf(spans));
    return { forced: [], recomputeTokens, selector: { relevance: recomputeTokens > 0 } };
  });
}

/**
 * llama.cpp's `--cache-reuse`: from the first difference on, chunks of the one earlier prompt are shifted to where the
 * prompt goes on, so that only text that was left out is bridged. `earlier`: what that prompt was.
 */
export function cacheReuse(earlier: Int32Array | null): Policy {
  const finder: SpanFinder = async ({ space }, { prompt, matched, scopes, wish }) => {
    if (earlier === null) return [];
    const { tokens: kept, refs } = space.find(earlier, scopes, wish.precisions);
    return shiftedChunks(earlier.subarray(0, kept), prompt.tokens, matched).map(({ start, end, from }) => {
      const shift = start - from;
      const moved = refs.map((ref) => ({ ...ref, start: ref.start + shift }));
      return { start, end, origin: 'moved', context: 'other', rows: clipRefs(moved, { start, end }) };
    });
  };
  return equalText(() => ({ forced: [], recomputeTokens: 0 }), finder);
}

/** Shorter chunks are not shifted. Its default is never to shift; this is the least that the ladder takes. */
const LEAST_CHUNK_TOKENS = 32;

/** Chunks of `earlier`, each with the place `from` in it, where `tokens` goes on behind the first `matched`. */
export function shiftedChunks(
  earlier: Int32Array,
  tokens: Int32Array,
  matched: number,
): (TokenRange & { from: number })[] {
  const chunks: (TokenRange & { from: number })[] = [];
  let at = matched;
  for (let from = matched; from < earlier.length && at < tokens.length;) {
    let equal = 0;
    while (from + equal < earlier.length && at + equal < tokens.length && earlier[from + equal] === tokens[at + equal])
      equal++;
    if (equal < LEAST_CHUNK_TOKENS) {
      from++;
      continue;
    }
    chunks.push({ start: at, end: at + equal, from });
    at += equal;
    from += equal;
  }
  return chunks;
}

/** The model with KVShare's score reduced to the change of the values, which is CacheBlend's. */
export function deviationAlone(model: Model): Model {
  return new Proxy(model, {
    get(target, name) {
      if (name === 'deviation') {
        return async (...of: Parameters<Model['deviation']>) => {
          const { change } = await target.deviation(...of);
          return { change, attention: change.map(() => 1) };
        };
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

interface RepairPlace {
  prompt: Prompt;
  prefixTokens: number;
  costs: Costs;
}

/** Reuses every span of equal text that is found behind the exact prefix, or what `finder` finds. */
export function equalText(
  repair: (spans: readonly FoundSpan[], place: RepairPlace) => Repair,
  finder?: SpanFinder,
): Policy {
  return {
    name: 'hearth',
    usesCache: true,
    wants: () => ({ spans: true, similar: false, ...(finder === undefined ? {} : { finder }) }),
    plan: (prompt, match, wish) => {
      const plan = exact.plan(prompt, match, wish);
      const behind = { start: plan.reusedTokens, end: plan.promptTokens - 1 };
      const spans = (match?.spans ?? []).flatMap((span) =>
        clip([span], behind).map((range) => ({ ...span, ...range, rows: clipRefs(span.rows, range) })),
      );
      if (spans.length === 0) return plan;
      const { selector, ...rows } = repair(spans, { prompt, prefixTokens: plan.reusedTokens, costs: wish.costs });
      const approximate = { ...rows, spans, selector: { ...NO_SELECTOR, ...selector }, repair: null, verify: false };
      return { ...plan, approximate };
    },
  };
}
