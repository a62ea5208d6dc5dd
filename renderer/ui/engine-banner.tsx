// Says when the engine is gone, that nothing is lost, and what happens next. Hidden while all is well.

import { Flame, LoaderCircle } from 'lucide-react';
import { useEngine } from '../state/engine.ts';

export function EngineBanner() {
  const state = useEngine((engine) => engine.state);
  const message = useEngine((engine) => engine.message);
  const lostOnce = useEngine((engine) => engine.lostOnce);
  // The first start has a screen of its own, unless it says something.
  const shown = state === 'failed' || (state === 'restarting' && (lostOnce || message !== null));
  return (
    <output className="banner-place">
      {shown && (
        <span className="banner" data-failed={state === 'failed'}>
          {state === 'failed' ? (
            <Flame size={18} aria-hidden="true" />
          ) : (
            <LoaderCircle size={18} aria-hidden="true" className="turning" />
          )}
          <span>
            {message ?? 'The engine stopped and is starting again. Your text is kept; you can send again in a moment.'}
          </span>
        </span>
      )}
    </output>
  );
}
