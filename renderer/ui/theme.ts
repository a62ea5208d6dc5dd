// Puts the chosen theme on the document; "system" follows the computer as it changes.

import { useEffect } from 'react';
import { useView } from '../state/view.ts';

export function useTheme(): void {
  const theme = useView((view) => view.theme);
  useEffect(() => {
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    const apply = () => {
      document.documentElement.dataset['theme'] = theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
    };
    apply();
    dark.addEventListener('change', apply);
    return () => dark.removeEventListener('change', apply);
  }, [theme]);
}
