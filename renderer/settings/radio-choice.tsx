// One of a few, each with its name and a plain sentence on what it means.

import type { ChoiceWords } from './reuse-choices.ts';

interface RadioChoiceProps<T extends string> {
  legend: string;
  /** Of the group, once per page. */
  name: string;
  note?: string;
  values: readonly T[];
  words: Record<T, ChoiceWords>;
  value: T;
  onChoose: (value: T) => void;
}

export function RadioChoice<T extends string>(props: RadioChoiceProps<T>) {
  const { legend, name, note, values, words, value, onChoose } = props;
  return (
    <fieldset className="choice">
      <legend>{legend}</legend>
      {note !== undefined && <small className="choice-note">{note}</small>}
      {values.map((one) => (
        <label key={one}>
          <input type="radio" name={name} checked={value === one} onChange={() => onChoose(one)} />
          <span>
            {words[one].name}
            <small>{words[one].note}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
