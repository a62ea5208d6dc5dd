// What may be reused, for everyone on this computer who chose nothing for themselves.

import { KV_PRECISIONS, QUALITIES, type PolicyName, type Settings } from '../../engine/contract/settings.ts';
import { attempt } from '../state/notices.ts';
import { usePeople } from '../state/people.ts';
import { changeSettings } from '../state/settings.ts';
import { RadioChoice } from './radio-choice.tsx';
import { POLICY_WORDS, PRECISION_WORDS, QUALITY_WORDS } from './reuse-choices.ts';

/** The one that most people will want comes first; those for comparison come last. */
const POLICIES = ['hearth', 'exact', 'off', 'kvshare', 'semsharekv'] as const;

export function ReuseSettings({ settings }: { settings: Settings }) {
  return (
    <>
      <OwnChoice />
      <RadioChoice
        legend="Reuse"
        name="policy"
        values={POLICIES}
        words={POLICY_WORDS}
        value={settings.policy}
        onChoose={(policy) => save({ policy })}
      />
      <RadioChoice
        legend="How far Hearth may go"
        name="quality"
        values={QUALITIES}
        words={QUALITY_WORDS}
        value={settings.quality}
        onChoose={(quality) => save({ quality })}
        {...qualityNote(settings.policy)}
      />
      <RadioChoice
        legend="How memory is kept"
        name="precision"
        values={KV_PRECISIONS}
        words={PRECISION_WORDS}
        value={settings.kvPrecision}
        onChoose={(kvPrecision) => save({ kvPrecision })}
        note="For the policy Hearth. With Exact, in a clinic and where answers are checked it is always lossless."
      />
    </>
  );
}

/** The levels are described as Hearth has them. */
function qualityNote(policy: PolicyName): { note?: string } {
  if (policy === 'hearth') return {};
  if (policy !== 'kvshare') return { note: 'Counts where the policy is Hearth.' };
  return { note: 'With KVShare each of them is approximate: 40, 20 or 10 % of what it reuses is read again.' };
}

/** Whoever changes this for everyone should know that it does not count for themselves. */
function OwnChoice() {
  const person = usePeople((store) => store.people?.find(({ id }) => id === store.currentId));
  if (person === undefined) return null;
  const own = [
    person.policy === null ? null : POLICY_WORDS[person.policy].name,
    person.quality === null ? null : QUALITY_WORDS[person.quality].name.toLocaleLowerCase(),
  ].filter((word) => word !== null);
  if (own.length === 0) return null;
  return (
    <p className="soft own-choice">
      {person.name} has a choice of their own: {own.join(', ')}. It stands in “Manage people”.
    </p>
  );
}

const save = (change: Partial<Settings>) => void attempt(() => changeSettings(change));
