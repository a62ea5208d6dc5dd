// What a person chooses about reuse for themselves. Every choice has a default, and says what that is now.

import { useEffect, useId } from 'react';
import { PROFILE_KINDS, type ProfileKind, type ReuseChoice } from '../../engine/contract/profiles.ts';
import { POLICIES, QUALITIES } from '../../engine/contract/settings.ts';
import { RadioChoice } from '../settings/radio-choice.tsx';
import {
  KIND_WORDS,
  POLICY_WORDS,
  QUALITY_WORDS,
  VERIFY_WORDS,
  defaultWords,
  verifiesByDefault,
  type ChoiceWords,
} from '../settings/reuse-choices.ts';
import { attempt } from '../state/notices.ts';
import { loadSettings, useSettings } from '../state/settings.ts';

export interface ReuseForm extends ReuseChoice {
  kind: ProfileKind;
}

interface ReuseFieldsProps {
  form: ReuseForm;
  onChange: (form: ReuseForm) => void;
}

export function ReuseFields({ form, onChange }: ReuseFieldsProps) {
  const settings = useSettings((store) => store.settings);
  useEffect(() => void attempt(loadSettings), []);
  const verify = form.verify === null ? null : form.verify ? 'yes' : 'no';
  return (
    <div className="reuse-fields">
      <RadioChoice
        legend="For"
        name="kind"
        values={PROFILE_KINDS}
        words={KIND_WORDS}
        value={form.kind}
        onChoose={(kind) => onChange({ ...form, kind })}
      />
      <Select
        label="Reuse"
        values={POLICIES}
        words={POLICY_WORDS}
        value={form.policy}
        byDefault={settings?.policy ?? null}
        onChoose={(policy) => onChange({ ...form, policy })}
      />
      <Select
        label="How far Hearth may go"
        values={QUALITIES}
        words={QUALITY_WORDS}
        value={form.quality}
        byDefault={settings?.quality ?? null}
        onChoose={(quality) => onChange({ ...form, quality })}
      />
      <Select
        label="Approximate answers"
        values={['yes', 'no'] as const}
        words={VERIFY_WORDS}
        value={verify}
        byDefault={verifiesByDefault(form.kind) ? 'yes' : 'no'}
        onChoose={(chosen) => onChange({ ...form, verify: chosen === null ? null : chosen === 'yes' })}
      />
    </div>
  );
}

interface SelectProps<T extends string> {
  label: string;
  values: readonly T[];
  words: Record<T, ChoiceWords>;
  /** Null: nothing was chosen. */
  value: T | null;
  /** What counts where nothing was chosen; null while that is not known. */
  byDefault: T | null;
  onChoose: (value: T | null) => void;
}

function Select<T extends string>({ label, values, words, value, byDefault, onChoose }: SelectProps<T>) {
  const id = useId();
  const effective = value ?? byDefault;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="input"
        aria-describedby={`${id}-note`}
        value={value ?? ''}
        onChange={(event) => onChoose(values.find((one) => one === event.target.value) ?? null)}
      >
        <option value="">{byDefault === null ? 'Default' : defaultWords(words[byDefault])}</option>
        {values.map((one) => (
          <option key={one} value={one}>
            {words[one].name}
          </option>
        ))}
      </select>
      <small id={`${id}-note`} className="soft">
        {effective === null ? '' : words[effective].note}
      </small>
    </div>
  );
}
