// The installed models under one folder, the built-in starter among them: list, find, import, remove.
// Does not open models; imports again what an older Hearth laid out or what changed at its source.

import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { ModelSummary } from '../contract/models.ts';
import { EngineError } from '../errors.ts';
import { fingerprintModel, fingerprintTokenizer, inspectModelFolder } from './import/inspect.ts';
import type { InspectedModel } from './import/inspect.ts';
import { installModel, PARTIAL_SUFFIX } from './import/import-model.ts';
import { isIntact, LAYOUT_VERSION, readManifest, writeManifest } from './manifest.ts';
import type { FileStamp, ModelManifest } from './manifest.ts';

export const STARTER_ID = 'starter';
const STARTER_NOTE =
  'A small model of ours: of simple questions about a document it answers most, and some wrong. Check what matters.';
const ABANDONED_MS = 60 * 60 * 1000;

export interface InstalledModel {
  folder: string;
  manifest: ModelManifest;
  builtIn: boolean;
}

export interface CatalogFolders {
  /** Where installed models live, one folder each. */
  models: string;
  /** The Hugging Face folder of the starter that ships with Hearth. */
  starter: string;
}

export class Catalog {
  readonly #folders: CatalogFolders;

  constructor(folders: CatalogFolders) {
    this.#folders = folders;
  }

  /** The starter first, then the others by id. Unfinished and unreadable imports are left out. */
  async list(): Promise<InstalledModel[]> {
    const starter = await this.#starter();
    const others = (await this.#installed()).filter((model) => !model.builtIn);
    return [starter, ...others.toSorted((a, b) => a.manifest.id.localeCompare(b.manifest.id))];
  }

  /** An installed model by id, or a Hugging Face folder, which is imported on first use. */
  async resolve(idOrFolder: string): Promise<InstalledModel> {
    if (idOrFolder === STARTER_ID) return this.#starter();
    const installed = await this.#installed();
    const known = installed.find((model) => model.manifest.id === idOrFolder);
    if (known) return this.#current(known);
    if ((await stat(idOrFolder).catch(() => null))?.isDirectory()) return this.import(idOrFolder);
    const ids = installed.map((model) => model.manifest.id).filter((id) => id !== STARTER_ID);
    throw new EngineError(
      'model-missing',
      `There is no model or folder called ${idOrFolder}. Installed: ${[STARTER_ID, ...ids].join(', ')}.`,
    );
  }

  /** Imports a Hugging Face folder, or finds the import of the same files. Weights are hashed only if they changed. */
  async import(source: string): Promise<InstalledModel> {
    const model = await inspectModelFolder(source);
    const installed = (await this.#installed()).filter(
      (candidate) => candidate.manifest.layoutVersion === LAYOUT_VERSION,
    );
    const unchanged = installed.find(
      ({ manifest }) => manifest.sourceFolder === model.folder && sameFiles(manifest.sourceFiles, model.files),
    );
    if (unchanged && (await isIntact(unchanged.folder, unchanged.manifest))) return unchanged;
    const fingerprint = await fingerprintModel(model);
    const tokenizerFingerprint = await fingerprintTokenizer(model);
    const same = installed.find(
      ({ manifest }) => manifest.fingerprint === fingerprint && manifest.tokenizerFingerprint === tokenizerFingerprint,
    );
    if (same && (await isIntact(same.folder, same.manifest))) return same;
    const id = same?.manifest.id ?? `${slug(model.name)}-${fingerprint.slice(0, 8)}`;
    return this.#install(model, id, fingerprint);
  }

  /** Deletes an installed model; the folder it came from is not touched. */
  async remove(id: string): Promise<void> {
    if (id === STARTER_ID)
      throw new EngineError('forbidden', 'The starter model belongs to Hearth and cannot be removed.');
    const known = (await this.#installed()).find((model) => model.manifest.id === id);
    if (!known) throw new EngineError('not-found', `There is no installed model called ${id}. Nothing was removed.`);
    await rm(known.folder, { recursive: true, force: true });
  }

  async #starter(): Promise<InstalledModel> {
    const model = await inspectModelFolder(this.#folders.starter);
    const folder = join(this.#folders.models, STARTER_ID);
    const manifest = await readManifest(folder).catch(() => null);
    const usable = manifest?.layoutVersion === LAYOUT_VERSION && (await isIntact(folder, manifest));
    if (manifest && usable && manifest.sourceFolder === model.folder && sameFiles(manifest.sourceFiles, model.files)) {
      return { folder, manifest, builtIn: true };
    }
    return this.#install(model, STARTER_ID, await fingerprintModel(model));
  }

  /** A model of an older layout is imported again from its own folder. */
  async #current(model: InstalledModel): Promise<InstalledModel> {
    const { folder, manifest } = model;
    const fits = await isIntact(folder, manifest);
    if (fits && manifest.layoutVersion === LAYOUT_VERSION) return model;
    if (!fits) {
      throw new EngineError(
        'model-damaged',
        `Files of the model ${manifest.id} are missing or have changed. Import it again from ${manifest.sourceFolder}.`,
      );
    }
    const own = await inspectModelFolder(folder);
    const renewed = await this.#install({ ...own, name: manifest.name }, manifest.id, await fingerprintModel(own));
    await writeManifest(folder, {
      ...renewed.manifest,
      sourceFolder: manifest.sourceFolder,
      sourceFiles: manifest.sourceFiles,
    });
    return { ...renewed, manifest: await readManifest(folder) };
  }

  async #install(model: InspectedModel, id: string, fingerprint: string): Promise<InstalledModel> {
    await this.#removeAbandoned();
    const folder = join(this.#folders.models, id);
    const manifest = await installModel(model, { target: folder, fingerprint });
    return { folder, manifest, builtIn: id === STARTER_ID };
  }

  async #installed(): Promise<InstalledModel[]> {
    const found: InstalledModel[] = [];
    for (const entry of await this.#entries()) {
      if (entry.endsWith(PARTIAL_SUFFIX)) continue;
      const folder = join(this.#folders.models, entry);
      const manifest = await readManifest(folder).catch(() => null);
      if (manifest) found.push({ folder, manifest: { ...manifest, id: entry }, builtIn: entry === STARTER_ID });
    }
    return found;
  }

  /** Imports that a crash or power cut left half done. */
  async #removeAbandoned(): Promise<void> {
    for (const entry of await this.#entries()) {
      if (!entry.endsWith(PARTIAL_SUFFIX)) continue;
      const folder = join(this.#folders.models, entry);
      const { mtimeMs } = (await stat(folder).catch(() => null)) ?? { mtimeMs: Date.now() };
      if (Date.now() - mtimeMs > ABANDONED_MS) await rm(folder, { recursive: true, force: true });
    }
  }

  async #entries(): Promise<string[]> {
    return readdir(this.#folders.models).catch(() => []);
  }
}

/** What a client is told about an installed model. */
export async function summarizeModel(
  { folder, manifest, builtIn }: InstalledModel,
  loaded: boolean,
): Promise<ModelSummary> {
  const files = await readdir(folder);
  const sizes = await Promise.all(files.map((file) => stat(join(folder, file)).then((found) => found.size)));
  return {
    id: manifest.id,
    name: builtIn ? 'Hearth starter' : manifest.name,
    architecture: manifest.architecture,
    parameters: manifest.parameters,
    layers: manifest.shape.layers,
    contextTokens: manifest.shape.context,
    vocabulary: manifest.shape.vocabulary,
    bytesOnDisk: sizes.reduce((total, bytes) => total + bytes, 0),
    builtIn,
    loaded,
    note: builtIn ? STARTER_NOTE : null,
  };
}

function sameFiles(before: FileStamp[], now: FileStamp[]): boolean {
  return stampsKey(before) === stampsKey(now);
}

function stampsKey(stamps: FileStamp[]): string {
  return stamps
    .map((file) => `${file.name} ${file.bytes} ${file.mtimeMs}`)
    .sort()
    .join('\n');
}

function slug(name: string): string {
  const plain = basename(name)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return plain.slice(0, 40) || 'model';
}
