// What machine a result was measured on: what decides speed, and nothing that names the machine or its owner.

import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { z } from 'zod';
import { projectFile } from './project.ts';

const manifestSchema = z.object({ dependencies: z.object({ 'onnxruntime-node': z.string() }) });

export interface Machine {
  cpu: string;
  cores: number;
  memoryGiB: number;
  platform: string;
  node: string;
  onnxruntime: string;
}

export function describeMachine(): Machine {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(projectFile('package.json'), 'utf8')));
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform}-${process.arch}`,
    node: process.versions.node,
    onnxruntime: manifest.dependencies['onnxruntime-node'],
  };
}
