// Which screen is shown: nobody there yet, the picker, or the panes of the person who is here.

import { Tooltip } from 'radix-ui';
import { useEffect } from 'react';
import { MarkDefs } from './chat/reuse-strip.tsx';
import { CompareDialog } from './compare/compare-dialog.tsx';
import { Panes } from './panes.tsx';
import { ProfilePicker } from './profiles/profile-picker.tsx';
import { Welcome } from './profiles/welcome.tsx';
import { SettingsDialog } from './settings/settings-dialog.tsx';
import { loadConversations, reloadOpenConversation } from './state/conversations.ts';
import { loadStatus, useEngine } from './state/engine.ts';
import { attempt } from './state/notices.ts';
import { loadPeople, usePeople } from './state/people.ts';
import './state/settling.ts';
import { forgetFailedTurns } from './state/turns.ts';
import { EngineBanner } from './ui/engine-banner.tsx';
import { Flame } from './ui/flame.tsx';
import { Announcer, Notices } from './ui/notices.tsx';
import { useTheme } from './ui/theme.ts';

const HINT_DELAY_MS = 350;

export function App() {
  useTheme();
  useFreshData();
  const people = usePeople((store) => store.people);
  const currentId = usePeople((store) => store.currentId);
  return (
    <Tooltip.Provider delayDuration={HINT_DELAY_MS}>
      <MarkDefs />
      <div className="app">
        <EngineBanner />
        {people === null ? (
          <Starting />
        ) : people.length === 0 ? (
          <Welcome />
        ) : currentId === null ? (
          <ProfilePicker people={people} />
        ) : (
          <>
            <Panes key={currentId} />
            <SettingsDialog />
            <CompareDialog />
          </>
        )}
      </div>
      <Notices />
      <Announcer />
    </Tooltip.Provider>
  );
}

/** Asks for everything again whenever there is a new engine or another person. */
function useFreshData(): void {
  const client = useEngine((engine) => engine.client);
  const currentId = usePeople((store) => store.currentId);
  useEffect(() => {
    if (client === null) return;
    void attempt(() => Promise.all([loadStatus(), loadPeople()]));
  }, [client]);
  useEffect(() => {
    if (client === null || currentId === null) return;
    void attempt(async () => {
      await Promise.all([loadConversations(), reloadOpenConversation()]);
      forgetFailedTurns();
    });
  }, [client, currentId]);
}

function Starting() {
  const failed = useEngine((engine) => engine.state === 'failed');
  return (
    <main className="picker" aria-busy={!failed}>
      <Flame size={56} />
      <p className="soft starting-words">{failed ? 'Hearth could not start.' : 'Lighting the fire'}</p>
    </main>
  );
}
