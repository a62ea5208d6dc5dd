// Settings of the whole machine, in one dialog. Each change is saved as it is made; nothing needs a second button.

import { useEffect, type ReactNode } from 'react';
import { useEngine } from '../state/engine.ts';
import { attempt } from '../state/notices.ts';
import { loadSettings, useSettings } from '../state/settings.ts';
import { useView } from '../state/view.ts';
import { SHORTCUTS } from '../shortcuts.ts';
import { Dialog } from '../ui/dialog.tsx';
import { AnswerSettings } from './answer-settings.tsx';
import { MemorySettings } from './memory-settings.tsx';
import { ModelSettings } from './model-settings.tsx';

export function SettingsDialog() {
  const open = useView((view) => view.settingsOpen);
  const settings = useSettings((store) => store.settings);
  const models = useSettings((store) => store.models);
  const status = useEngine((engine) => engine.status);
  useEffect(() => {
    if (open) void attempt(loadSettings);
  }, [open]);
  return (
    <Dialog
      open={open}
      onClose={() => useView.setState({ settingsOpen: false })}
      form="wide"
      title="Settings"
      description="For everyone on this computer. Changes are kept as you make them."
    >
      {settings === null || models === null ? (
        <p aria-busy="true" className="soft">
          One moment
        </p>
      ) : (
        <>
          <Part name="Model">
            <ModelSettings settings={settings} models={models} />
          </Part>
          <Part name="Memory">
            <MemorySettings settings={settings} />
          </Part>
          <Part name="Answers">
            <AnswerSettings settings={settings} />
          </Part>
          <Part name="Keys">
            <Keys />
          </Part>
          {status !== null && (
            <p className="soft about">
              Hearth {status.version} on {status.device}. Everything is kept in <code>{status.dataFolder}</code> and
              never leaves this computer.
            </p>
          )}
        </>
      )}
    </Dialog>
  );
}

function Part({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section className="settings-part" aria-label={name}>
      <h2>{name}</h2>
      <div>{children}</div>
    </section>
  );
}

function Keys() {
  return (
    <dl className="facts">
      {SHORTCUTS.map((shortcut) => (
        <div key={shortcut.keys}>
          <dt>{shortcut.does}</dt>
          <dd>
            {shortcut.keys.split(' ').map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  );
}
