// A number that is saved when the field is left or Enter is pressed, and only where it is within its limits.

import { useEffect, useId, useState } from 'react';

interface NumberFieldProps {
  label: string;
  note?: string;
  unit?: string;
  value: number;
  min: number;
  max: number;
  step?: number;
  onSave(value: number): void;
}

export function NumberField({ label, note, unit, value, min, max, step = 1, onSave }: NumberFieldProps) {
  const [text, setText] = useState(String(value));
  useEffect(() => setText(String(value)), [value]);
  const id = useId();
  const number = Number(text);
  const valid = text.trim() !== '' && number >= min && number <= max && (step < 1 || Number.isInteger(number));
  const save = () => {
    if (!valid) setText(String(value));
    else if (number !== value) onSave(number);
  };
  return (
    <div className="setting">
      <label htmlFor={id}>
        {label}
        {note !== undefined && <small>{note}</small>}
      </label>
      <span className="setting-value">
        <input
          id={id}
          className="input figure"
          inputMode="decimal"
          value={text}
          aria-invalid={!valid}
          onChange={(event) => setText(event.target.value)}
          onBlur={save}
          onKeyDown={(event) => event.key === 'Enter' && save()}
        />
        {unit !== undefined && <span className="soft">{unit}</span>}
      </span>
    </div>
  );
}
