// What the shell did to the stand-in, for tests to look at.

export interface Facts {
  sandboxEnabled: 'before ready' | 'after ready' | 'no';
  schemes: { scheme: string; privileges?: Record<string, boolean>; whenReady: boolean }[];
  webPreferences: Record<string, unknown>[];
  menuLabels: string[];
  openedOutside: string[];
  windowOpens: { url: string; action: string }[];
  navigations: { url: string; allowed: boolean }[];
  shown: number;
  debuggingPort: number | null;
  engineProcessId: number | null;
}

export const facts: Facts = {
  sandboxEnabled: 'no',
  schemes: [],
  webPreferences: [],
  menuLabels: [],
  openedOutside: [],
  windowOpens: [],
  navigations: [],
  shown: 0,
  debuggingPort: null,
  engineProcessId: null,
};
