// Light, dark, or as the computer is. One button that goes round.

import { Monitor, Moon, Sun } from 'lucide-react';
import { setTheme, useView, type Theme } from '../state/view.ts';
import { IconButton } from '../ui/button.tsx';

const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const WORDS: Record<Theme, string> = { system: 'as the computer', light: 'light', dark: 'dark' };
const ICONS = { system: Monitor, light: Sun, dark: Moon };

export function ThemeSwitch() {
  const theme = useView((view) => view.theme);
  const Icon = ICONS[theme];
  return (
    <IconButton label={`Colours: ${WORDS[theme]}`} onClick={() => setTheme(NEXT[theme])}>
      <Icon size={17} />
    </IconButton>
  );
}
