// The first screen: who is here. Arrows walk along the people, Enter opens; managing them is one button away.

import { Pencil, Plus, Trash2 } from 'lucide-react';
import { useRef, useState, type KeyboardEvent } from 'react';
import { PROFILE_COLOURS, type Profile } from '../../engine/contract/profiles.ts';
import { attempt } from '../state/notices.ts';
import { addPerson, changePerson, choosePerson, removePerson } from '../state/people.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { ConfirmDialog, Dialog } from '../ui/dialog.tsx';
import { Flame } from '../ui/flame.tsx';
import { Avatar } from './avatar.tsx';
import { ProfileForm } from './profile-form.tsx';

export function ProfilePicker({ people }: { people: Profile[] }) {
  const [adding, setAdding] = useState(false);
  const [managing, setManaging] = useState(false);
  const [changing, setChanging] = useState<Profile | null>(null);
  const [removing, setRemoving] = useState<Profile | null>(null);
  const add = { onAdd: () => setAdding(true), colour: PROFILE_COLOURS[people.length % PROFILE_COLOURS.length] };
  return (
    <main className="picker">
      <Flame size={44} />
      <h1>{managing ? 'People on this computer' : 'Who is here?'}</h1>
      <PeopleRow people={people} managing={managing} onAdd={add.onAdd} onChange={setChanging} onRemove={setRemoving} />
      <Button kind="quiet" onClick={() => setManaging(!managing)}>
        {managing ? 'Done' : 'Manage people'}
      </Button>
      <Dialog open={adding} onClose={() => setAdding(false)} title="Add a person">
        <ProfileForm
          action="Add"
          choices
          suggestedColour={add.colour}
          onSave={async (person) => {
            const added = await attempt(() => addPerson(person));
            if (added !== null) setAdding(false);
            return added !== null;
          }}
        />
      </Dialog>
      <Dialog open={changing !== null} onClose={() => setChanging(null)} title={`About ${changing?.name ?? ''}`}>
        {changing !== null && (
          <ProfileForm
            person={changing}
            action="Save"
            choices
            onSave={async (person) => {
              const done = await attempt(async () => {
                await changePerson(changing.id, person);
                return true;
              });
              if (done === true) setChanging(null);
              return done === true;
            }}
          />
        )}
      </Dialog>
      <RemovePerson person={removing} onDone={() => setRemoving(null)} />
    </main>
  );
}

interface PeopleRowProps {
  people: Profile[];
  managing: boolean;
  onAdd: () => void;
  onChange: (person: Profile) => void;
  onRemove: (person: Profile) => void;
}

function PeopleRow({ people, managing, onAdd, onChange, onRemove }: PeopleRowProps) {
  const list = useRef<HTMLUListElement>(null);
  const walk = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const buttons = [...(list.current?.querySelectorAll<HTMLButtonElement>('.person') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    buttons[(at + step + buttons.length) % buttons.length]?.focus();
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- arrows only move between its buttons
    <ul className="people" ref={list} onKeyDown={walk}>
      {people.map((person, index) => (
        <li key={person.id}>
          <button
            type="button"
            className="person"
            // oxlint-disable-next-line jsx-a11y/no-autofocus -- the picker is the whole screen; Enter opens the first person
            autoFocus={index === 0 && !managing}
            aria-label={managing ? `About ${person.name}` : undefined}
            onClick={() => (managing ? onChange(person) : choosePerson(person.id))}
          >
            <Avatar person={person} sizePx={104} />
            <span className="person-name">{person.name}</span>
          </button>
          {managing && (
            <span className="person-actions">
              <IconButton label={`Change ${person.name}`} onClick={() => onChange(person)}>
                <Pencil size={16} />
              </IconButton>
              <IconButton label={`Remove ${person.name}`} onClick={() => onRemove(person)}>
                <Trash2 size={16} />
              </IconButton>
            </span>
          )}
        </li>
      ))}
      <li>
        <button type="button" className="person person-add" onClick={onAdd}>
          <span className="avatar avatar-add" aria-hidden="true">
            <Plus size={36} />
          </span>
          <span className="person-name">Add a person</span>
        </button>
      </li>
    </ul>
  );
}

function RemovePerson({ person, onDone }: { person: Profile | null; onDone: () => void }) {
  return (
    <ConfirmDialog
      open={person !== null}
      title={`Remove ${person?.name ?? ''}?`}
      description={
        <>
          <p>This deletes from this computer, for good:</p>
          <ul>
            <li>all chats of {person?.name}</li>
            <li>the documents only {person?.name} could read</li>
            <li>everything that was kept in memory from them</li>
          </ul>
          <p>Other people’s chats stay.</p>
        </>
      }
      action="Remove"
      onCancel={onDone}
      onConfirm={() => {
        if (person !== null) void attempt(() => removePerson(person.id));
        onDone();
      }}
    />
  );
}
