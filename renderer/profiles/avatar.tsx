// A person as a round coloured letter or emoji, drawn by the styles. Purely for the eye: the name always stands beside it.

import type { Profile } from '../../engine/contract/profiles.ts';

interface AvatarProps {
  person: Pick<Profile, 'avatar' | 'colour'>;
  sizePx?: number;
}

export function Avatar({ person, sizePx = 32 }: AvatarProps) {
  return (
    <span
      className="avatar"
      data-colour={person.colour}
      style={{ width: sizePx, height: sizePx, fontSize: sizePx * 0.4 }}
      data-letters={person.avatar}
      aria-hidden="true"
    />
  );
}

/** One or two letters: the first of the first and of the last word. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const [first, last] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  return `${firstLetter(first)}${firstLetter(last)}`.toLocaleUpperCase() || '?';
}

const segmenter = new Intl.Segmenter();

// What a reader takes for one letter: an emoji of several code points is one.
function firstLetter(word: string | undefined): string {
  return [...segmenter.segment(word ?? '')][0]?.segment ?? '';
}
