// The people of this machine, and who is sitting here now. The choice lives as long as the window.

import { create } from 'zustand';
import type { NewProfile, Profile, ProfileId } from '../../engine/contract/profiles.ts';
import { call } from './engine.ts';

const REMEMBERED = 'hearth.person';

interface PeopleStore {
  /** Null until they were asked for. */
  people: Profile[] | null;
  currentId: ProfileId | null;
}

const remembered = () => (globalThis.sessionStorage?.getItem(REMEMBERED) ?? null) as ProfileId | null;

export const usePeople = create<PeopleStore>()(() => ({ people: null, currentId: remembered() }));

export async function loadPeople(): Promise<void> {
  const people = await call('profiles.list', {});
  usePeople.setState(({ currentId }) => ({
    people,
    currentId: people.some((person) => person.id === currentId) ? currentId : null,
  }));
}

export function choosePerson(profileId: ProfileId | null): void {
  if (profileId === null) globalThis.sessionStorage?.removeItem(REMEMBERED);
  else globalThis.sessionStorage?.setItem(REMEMBERED, profileId);
  usePeople.setState({ currentId: profileId });
}

export async function addPerson(person: NewProfile): Promise<Profile> {
  const added = await call('profiles.create', person);
  usePeople.setState(({ people }) => ({ people: [...(people ?? []), added] }));
  return added;
}

export async function changePerson(profileId: ProfileId, change: Partial<NewProfile>): Promise<void> {
  const changed = await call('profiles.update', { profileId, ...change });
  usePeople.setState(({ people }) => ({
    people: people?.map((person) => (person.id === profileId ? changed : person)) ?? null,
  }));
}

export async function removePerson(profileId: ProfileId): Promise<void> {
  await call('profiles.remove', { profileId });
  if (usePeople.getState().currentId === profileId) choosePerson(null);
  usePeople.setState(({ people }) => ({ people: people?.filter((person) => person.id !== profileId) ?? null }));
}

/** The person at the keyboard. Screens behind the picker exist only while there is one. */
export function currentPersonId(): ProfileId {
  const { currentId } = usePeople.getState();
  if (currentId === null) throw new Error('Nobody has been chosen.');
  return currentId;
}
