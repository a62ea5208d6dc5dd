// Name, colour and choices of a person: for the first one, another one, or one who changes.

import { useId, useState, type FormEvent } from 'react';
import { PROFILE_COLOURS, type NewProfile, type Profile, type ProfileColour } from '../../engine/contract/profiles.ts';
import { Button } from '../ui/button.tsx';
import { Avatar, initials } from './avatar.tsx';
import { ReuseFields, type ReuseForm } from './reuse-fields.tsx';

interface ProfileFormProps {
  person?: Profile;
  suggestedColour?: ProfileColour;
  action: string;
  /** Whether more than name and colour is asked for. */
  choices?: boolean;
  /** Resolves to false where it did not work; the form stays as it is then. */
  onSave: (person: NewProfile) => Promise<boolean>;
}

export function ProfileForm(props: ProfileFormProps) {
  const { person, suggestedColour = 'ember', action, choices = false, onSave } = props;
  const [name, setName] = useState(person?.name ?? '');
  const [colour, setColour] = useState<ProfileColour>(person?.colour ?? suggestedColour);
  const [reuse, setReuse] = useState<ReuseForm>(() => reuseOf(person));
  const [busy, setBusy] = useState(false);
  const nameId = useId();
  const save = async (event: FormEvent) => {
    event.preventDefault();
    const trimmed = name.trim();
    if (trimmed === '' || busy) return;
    setBusy(true);
    await onSave({ name: trimmed, colour, avatar: initials(trimmed), ...(choices ? reuse : {}) });
    setBusy(false);
  };
  const submit = (
    <Button kind="primary" type="submit" disabled={name.trim() === '' || busy}>
      {action}
    </Button>
  );
  return (
    <form className="profile-form" onSubmit={(event) => void save(event)}>
      <Avatar person={{ avatar: initials(name), colour }} sizePx={88} />
      <div className="profile-fields">
        <label className="field" htmlFor={nameId}>
          <span>Name</span>
          <input
            id={nameId}
            className="input"
            // oxlint-disable-next-line jsx-a11y/no-autofocus -- the form is shown to be typed into
            autoFocus
            value={name}
            maxLength={60}
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <ColourChoice colour={colour} onChange={setColour} />
        {!choices && submit}
      </div>
      {choices && <ReuseFields form={reuse} onChange={setReuse} />}
      {choices && submit}
    </form>
  );
}

function reuseOf(person: Profile | undefined): ReuseForm {
  const { kind = 'personal', policy = null, quality = null, verify = null } = person ?? {};
  return { kind, policy, quality, verify };
}

function ColourChoice({ colour, onChange }: { colour: ProfileColour; onChange: (colour: ProfileColour) => void }) {
  const group = useId();
  return (
    <fieldset className="colours">
      <legend>Colour</legend>
      {PROFILE_COLOURS.map((name) => (
        <label key={name} className="colour" data-colour={name} title={name}>
          <input
            type="radio"
            name={group}
            aria-label={name}
            checked={name === colour}
            onChange={() => onChange(name)}
          />
        </label>
      ))}
    </fieldset>
  );
}
