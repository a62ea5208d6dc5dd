// What a result was measured of: which weights, and what was asked for. Figures with different stamps are not those of
// one run and must not stand side by side. The code that was measured is not part of it.

import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { fingerprintModel, inspectModelFolder } from '../model/import/inspect.ts';
import { modelSource, temporaryFolder } from './bench-engine.ts';
import { projectFile } from './project.ts';
import type { BenchRequest } from './request.ts';
import * as scenarios from './scenarios.ts';
import { qualityCase, WORKLOADS } from './workloads.ts';

export interface Stamp {
  /** The model's fingerprint: sha256 over weights, config and graph layout; of seeded weights the shape's name. */
  weights: string;
  /** sha256 over the scenario's constants and what was asked for, which workloads left out. */
  settings: string;
}

const { PREFIX, TRACE, SPEED, STORAGE, QUALITY, REPAIR, PAPERS, STARTER, PEERS, FUZZ } = scenarios;

/** Changes where the texts do. */
const QUALITY_TEXTS = { QUALITY, texts: WORKLOADS.map((name) => qualityCase(name, 0, QUALITY.seed)) };
const CONSTANTS: Record<string, object> = {
  prefix: PREFIX,
  trace: TRACE,
  speed: SPEED,
  storage: STORAGE,
  ladder: QUALITY_TEXTS,
  'ladder-ablations': QUALITY_TEXTS,
  'ladder-chats': QUALITY,
  papers: { PAPERS, ...QUALITY_TEXTS },
  'papers-ttft': { PAPERS, QUALITY },
  'papers-budgets': { PAPERS, ...QUALITY_TEXTS },
  repair: REPAIR,
  starter: STARTER,
  peers: PEERS,
  fuzz: FUZZ,
};

export async function stampOf(request: BenchRequest): Promise<Stamp> {
  const { name, shape, quick, trace, policy, maxTokens, limit, tokens, methods } = request;
  const asked = { name, shape, quick, trace: trace && basename(trace), policy, maxTokens, limit, tokens, methods };
  const settings = createHash('sha256').update(JSON.stringify([asked, CONSTANTS[name]]));
  return { weights: await weightsOf(request), settings: settings.digest('hex') };
}

async function weightsOf(request: BenchRequest): Promise<string> {
  if (request.shape !== undefined) return `seeded ${request.shape}`;
  const source = (await modelSource(temporaryFolder(), request)) ?? projectFile('resources', 'models', 'starter');
  return fingerprintModel(await inspectModelFolder(source));
}
