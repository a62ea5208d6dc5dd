// How much room what is remembered may take. What may be reused of it is chosen beside this.

import { LIVE_KV, type Settings } from '../../engine/contract/settings.ts';
import { attempt } from '../state/notices.ts';
import { changeSettings } from '../state/settings.ts';
import { NumberField } from './number-field.tsx';
import { RadioChoice } from './radio-choice.tsx';
import { LIVE_KV_WORDS } from './reuse-choices.ts';
import { ReuseSettings } from './reuse-settings.tsx';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
export function MemorySettings({ settings }: { settings: Settings }) {
  return (
    <>
      <ReuseSettings settings={settings} />
      <NumberField
        label="Room on the disk"
        note="Every file of the cache counts. Applies at once."
        unit="GiB"
        value={round(settings.cacheQuotaBytes / GIB)}
        min={0}
        max={100_000}
        step={0.1}
        onSave={(value) => save({ cacheQuotaBytes: Math.round(value * GIB) })}
      />
      <NumberField
        label="Room in RAM"
        note="The fastest place. Applies at once."
        unit="MiB"
        value={Math.round(settings.memoryBudgetBytes / MIB)}
        min={0}
        max={10_000_000}
        onSave={(value) => save({ memoryBudgetBytes: value * MIB })}
      />
      <RadioChoice
        legend="Memory while answering"
        name="live-kv"
        values={LIVE_KV}
        words={LIVE_KV_WORDS}
        value={settings.liveKv}
        onChoose={(liveKv) => save({ liveKv })}
        note="Opens the model again, which takes a moment."
      />
      <NumberField
        label="Processor threads"
        note="Used when a model is loaded next."
        value={settings.threads}
        min={1}
        max={256}
        onSave={(threads) => save({ threads })}
      />
    </>
  );
}

const save = (change: Partial<Settings>) => void attempt(() => changeSettings(change));
const round = (value: number) => Math.round(value * 10) / 10;
