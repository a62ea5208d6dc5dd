// People on this machine.

import type { PolicyName, Quality } from './settings.ts';

export type ProfileId = string & { readonly brand: 'ProfileId' };

/** Colour names of the avatar; the page maps them to theme colours. */
export const PROFILE_COLOURS = ['ember', 'teal', 'violet', 'blue', 'moss', 'rose', 'slate', 'ochre'] as const;
export type ProfileColour = (typeof PROFILE_COLOURS)[number];

export const PROFILE_KINDS = ['personal', 'clinic'] as const;
/** What a profile is for: it sets the defaults. In a clinic answers are verified and similar text is never reused. */
export type ProfileKind = (typeof PROFILE_KINDS)[number];

/** What a person chose for their answers; null: the machine's setting, or for `verify` the default of the kind. */
export interface ReuseChoice {
  policy: PolicyName | null;
  quality: Quality | null;
  /** Whether answers given from approximate rows are checked against exact ones before they count as final. */
  verify: boolean | null;
}

export interface Profile extends ReuseChoice {
  id: ProfileId;
  name: string;
  /** One or two letters, or one emoji. */
  avatar: string;
  colour: ProfileColour;
  kind: ProfileKind;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

export interface NewProfile {
  name: string;
  avatar?: string | undefined;
  colour?: ProfileColour | undefined;
  kind?: ProfileKind | undefined;
  policy?: PolicyName | null | undefined;
  quality?: Quality | null | undefined;
  verify?: boolean | null | undefined;
}
