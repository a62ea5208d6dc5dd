// A number that is saved when the field is left or Enter is pressed, and only where it is within its limits.

import { useId, useState } from 'react';

interface NumberFieldProps {
  label: string;
  note?: string;
  unit?: string;
  value: number;
  min: number;
  max: number;
  step?: number;
  onSave: (value: number) => void;
}

export function NumberField({ label, note, unit, value, min, max, step = 1, onSave }: NumberFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? String(value);
  const id = useId();
  const number = Number(text);
  const valid = text.trim() !== '' && number >= min && number <= max && (step < 1 || Number.isInteger(number));
  const save = () => {
    if (valid && number !== value) onSave(number);
    setTyped(null);
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
          onChange={(event) => setTyped(event.target.value)}
          onBlur={save}
          onKeyDown={(event) => event.key === 'Enter' && save()}
        />
        <span className="soft">{unit}</span>
      </span>
    </div>
  );
}
