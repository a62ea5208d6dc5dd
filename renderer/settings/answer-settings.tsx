// How answers are chosen, word by word.

import type { Sampling, Settings } from '../../engine/contract/settings.ts';
import { attempt } from '../state/notices.ts';
import { changeSettings } from '../state/settings.ts';
import { NumberField } from './number-field.tsx';

interface Choice {
  key: Exclude<keyof Sampling, 'stop'>;
  label: string;
  note: string;
  min: number;
  max: number;
  step?: number;
}

const CHOICES: readonly Choice[] = [
  { key: 'temperature', label: 'Temperature', note: '0 always takes the likeliest word.', min: 0, max: 5, step: 0.01 },
  { key: 'maxTokens', label: 'Longest answer', note: 'In tokens.', min: 1, max: 1_000_000 },
  { key: 'topK', label: 'Top k', note: 'Only the k likeliest; 0 is all.', min: 0, max: 1_000_000 },
  { key: 'topP', label: 'Top p', note: 'Only the likeliest up to this share.', min: 0.01, max: 1, step: 0.01 },
  {
    key: 'minP',
    label: 'Min p',
    note: 'Nothing less likely than this, compared with the best.',
    min: 0,
    max: 1,
    step: 0.01,
  },
  { key: 'repetitionPenalty', label: 'Repetition penalty', note: '1 is none.', min: 0.01, max: 10, step: 0.01 },
  {
    key: 'seed',
    label: 'Seed',
    note: '0 draws a new one each time; any other repeats its answer.',
    min: 0,
    max: 2 ** 32 - 1,
  },
];

export function AnswerSettings({ settings }: { settings: Settings }) {
  return CHOICES.map(({ key, ...choice }) => (
    <NumberField
      key={key}
      {...choice}
      value={settings.sampling[key]}
      onSave={(value) => void attempt(() => changeSettings({ sampling: { ...settings.sampling, [key]: value } }))}
    />
  ));
}
