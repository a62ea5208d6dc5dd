// Copies text and says so for a moment.

import { useEffect, useState } from 'react';
import { notify } from '../state/notices.ts';

const SHOWN_MS = 1800;

export function useCopy(): { copied: boolean; copy: (text: string) => void } {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = (text: string) => {
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => notify('problem', 'The text could not be copied. Select it and copy it by hand.'),
    );
  };
  return { copied, copy };
}
