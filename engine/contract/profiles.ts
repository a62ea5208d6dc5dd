// People on this machine.

export type ProfileId = string & { readonly brand: 'ProfileId' };

/** Colour names of the avatar; the page maps them to theme colours. */
export const PROFILE_COLOURS = ['ember', 'teal', 'violet', 'blue', 'moss', 'rose', 'slate', 'ochre'] as const;
export type ProfileColour = (typeof PROFILE_COLOURS)[number];

export interface Profile {
  id: ProfileId;
  name: string;
  /** One or two letters, or one emoji. */
  avatar: string;
  colour: ProfileColour;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

export interface NewProfile {
  name: string;
  avatar?: string | undefined;
  colour?: ProfileColour | undefined;
}
