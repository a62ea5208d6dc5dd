// Settings of the whole machine and the installed models.

import { create } from 'zustand';
import type { ModelCheck, ModelSummary } from '../../engine/contract/models.ts';
import type { Settings } from '../../engine/contract/settings.ts';
import { call, loadStatus } from './engine.ts';

interface SettingsStore {
  settings: Settings | null;
  models: ModelSummary[] | null;
}

export const useSettings = create<SettingsStore>()(() => ({ settings: null, models: null }));

/** Counts changes, so that an older answer of the engine never covers a newer choice. */
let changes = 0;

export async function loadSettings(): Promise<void> {
  const asked = changes;
  const settings = call('settings.get', {}).then((settings) => {
    if (changes === asked) useSettings.setState({ settings });
  });
  const models = call('models.list', {}).then((models) => useSettings.setState({ models }));
  await Promise.all([settings, models]);
}

/** Shows the change at once, then what the engine made of it; what could not be kept is taken back. */
export async function changeSettings(change: Partial<Settings>): Promise<void> {
  const { settings: before } = useSettings.getState();
  const own = ++changes;
  const show = (settings: Settings | null) => {
    if (changes === own) useSettings.setState({ settings });
  };
  if (before !== null) show({ ...before, ...change });
  try {
    show(await call('settings.set', change));
  } catch (error) {
    show(before);
    throw error;
  }
}

export async function selectModel(modelId: string): Promise<void> {
  await call('models.select', { modelId });
  await Promise.all([loadSettings(), loadStatus()]);
}

export function checkModel(folder: string): Promise<ModelCheck> {
  return call('models.check', { folder });
}

export async function importModel(folder: string): Promise<ModelSummary> {
  const imported = await call('models.import', { folder });
  await loadSettings();
  return imported;
}

export async function removeModel(modelId: string): Promise<void> {
  await call('models.remove', { modelId });
  await loadSettings();
}
