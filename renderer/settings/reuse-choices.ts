// What may be chosen about reuse, in plain words: what each choice does and what it risks. Pure.

import type { ProfileKind } from '../../engine/contract/profiles.ts';
import type { KvPrecision, LiveKv, PolicyName, Quality } from '../../engine/contract/settings.ts';

export interface ChoiceWords {
  name: string;
  note: string;
}

export const POLICY_WORDS: Record<PolicyName, ChoiceWords> = {
  hearth: {
    name: 'Hearth',
    note: 'Also reuses text that moved or changed a little. Such answers are labelled, and read again exactly when nobody waits.',
  },
  exact: { name: 'Exact', note: 'Reuse what is exactly the same. Answers are the same as without.' },
  off: { name: 'Off', note: 'Read everything again each time.' },
  kvshare: {
    name: 'KVShare',
    note: 'For comparison: as in the paper of that name. Reuses equal text from anywhere and corrects the worst of it.',
  },
  semsharekv: {
    name: 'SemShareKV',
    note: 'For comparison: as in the paper of that name. Reuses text that is only similar; a detail of it may slip in.',
  },
};

export const QUALITY_WORDS: Record<Quality, ChoiceWords> = {
  exact: { name: 'Exact', note: 'Only what is exactly the same. No risk, the least saved.' },
  balanced: {
    name: 'Balanced',
    note: 'Also text that moved or was edited; the parts that matter are read again. Now and then a word may differ.',
  },
  fast: {
    name: 'Fast',
    note: 'Also text that is only similar. Saves the most, and a detail of the similar text may slip in.',
  },
};

export const PRECISION_WORDS: Record<KvPrecision, ChoiceWords> = {
  lossless: { name: 'Lossless', note: 'Bit for bit as it was computed. Takes the most room.' },
  fp16: { name: '16 bits', note: 'About half the room. The loss is hardly ever seen.' },
  int8: { name: '8 bits', note: 'About a quarter of the room. Now and then a word may differ.' },
  int4: { name: '4 bits', note: 'About an eighth of the room. Used only for answers that are checked.' },
};

export const LIVE_KV_WORDS: Record<LiveKv, ChoiceWords> = {
  full: { name: 'Full', note: 'As it is computed.' },
  compact: { name: 'Compact', note: 'Half the memory or less. Answers may differ where two words were nearly even.' },
};

export const KIND_WORDS: Record<ProfileKind, ChoiceWords> = {
  personal: { name: 'Personal', note: 'At home or at school.' },
  clinic: { name: 'Clinic', note: 'Answers are checked, and text that is only similar is never reused.' },
};

export const VERIFY_WORDS = {
  yes: { name: 'Check them', note: 'Takes a little longer; what was wrong is corrected before your eyes.' },
  no: { name: 'Do not check them', note: 'The label says that an answer is approximate.' },
} as const satisfies Record<string, ChoiceWords>;

/** How the choice of nobody in particular is named: "Default (Exact)". */
export function defaultWords({ name }: ChoiceWords): string {
  return `Default (${name})`;
}

export function verifiesByDefault(kind: ProfileKind): boolean {
  return kind === 'clinic';
}
