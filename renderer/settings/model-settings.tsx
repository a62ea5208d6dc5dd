// The installed models: which one answers, and bringing another in from a folder after a look at it.

import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { ModelCheck, ModelSummary } from '../../engine/contract/models.ts';
import type { Settings } from '../../engine/contract/settings.ts';
import { useEngine } from '../state/engine.ts';
import { attempt, notify } from '../state/notices.ts';
import { checkModel, importModel, removeModel, selectModel } from '../state/settings.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { bytes, count, plural } from '../ui/format.ts';

export function ModelSettings({ settings, models }: { settings: Settings; models: ModelSummary[] }) {
  const problem = useEngine((engine) => engine.status?.modelProblem ?? null);
  const [busy, setBusy] = useState(false);
  const select = async (modelId: string) => {
    setBusy(true);
    await attempt(() => selectModel(modelId));
    setBusy(false);
  };
  return (
    <>
      {problem !== null && <p className="empty-problem">{problem}</p>}
      <fieldset className="choice" disabled={busy}>
        <legend>{busy ? 'Loading the model' : 'Answers come from'}</legend>
        {models.map((model) => (
          <div key={model.id} className="model">
            <label>
              <input
                type="radio"
                name="model"
                checked={settings.modelId === model.id}
                onChange={() => void select(model.id)}
              />
              <span>
                {model.name}
                <small className="figure">
                  {short(model.parameters)} parameters, {plural(model.contextTokens, 'token')} of context,{' '}
                  {bytes(model.bytesOnDisk)}
                </small>
                {model.note !== null && <small>{model.note}</small>}
              </span>
            </label>
            {!model.builtIn && settings.modelId !== model.id && (
              <IconButton label={`Remove ${model.name}`} onClick={() => void attempt(() => removeModel(model.id))}>
                <Trash2 size={15} />
              </IconButton>
            )}
          </div>
        ))}
      </fieldset>
      <ImportModel />
    </>
  );
}

function ImportModel() {
  const [folder, setFolder] = useState('');
  const [check, setCheck] = useState<ModelCheck | null>(null);
  const [busy, setBusy] = useState(false);
  const look = async () => {
    setBusy(true);
    setCheck(await attempt(() => checkModel(folder.trim())));
    setBusy(false);
  };
  const bringIn = async () => {
    setBusy(true);
    const model = await attempt(() => importModel(folder.trim()));
    setBusy(false);
    if (model === null) return;
    notify('done', `${model.name} is installed.`);
    setFolder('');
    setCheck(null);
  };
  return (
    <form
      className="import"
      onSubmit={(event) => {
        event.preventDefault();
        void (check?.ok === true ? bringIn() : look());
      }}
    >
      <label className="field">
        <span>Add a model from a folder</span>
        <input
          className="input"
          placeholder="Path of a folder with config.json and model.safetensors"
          value={folder}
          onChange={(event) => {
            setFolder(event.target.value);
            setCheck(null);
          }}
        />
      </label>
      {check !== null && <CheckResult check={check} />}
      <Button type="submit" kind={check?.ok === true ? 'primary' : 'plain'} disabled={busy || folder.trim() === ''}>
        {check?.ok === true ? 'Add this model' : 'Look at it'}
      </Button>
    </form>
  );
}

function CheckResult({ check }: { check: ModelCheck }) {
  return (
    <output className="check" data-ok={check.ok}>
      <span>
        <strong>{check.name}</strong>{' '}
        {[
          check.architecture,
          check.parameters === null ? null : `${short(check.parameters)} parameters`,
          check.contextTokens === null ? null : `${plural(check.contextTokens, 'token')} of context`,
          check.memoryBytes === null ? null : `needs ${bytes(check.memoryBytes)} of memory`,
        ]
          .filter((part) => part !== null)
          .join(', ')}
      </span>
      {check.problems.length > 0 && (
        <ul>
          {check.problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
    </output>
  );
}

/** 1,670,000 → "1.7 million". */
function short(parameters: number): string {
  if (parameters >= 1e9) return `${(parameters / 1e9).toFixed(1)} billion`;
  if (parameters >= 1e6) return `${(parameters / 1e6).toFixed(1)} million`;
  return count(parameters);
}
