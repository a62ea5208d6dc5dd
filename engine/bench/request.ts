// What a benchmark was asked to do, and what it gives back.

import type { PolicyName } from '../contract/settings.ts';
import type { Machine } from './machine.ts';

export interface BenchRequest {
  name: string;
  /** Where installed models are looked up; results never depend on anything else in it. */
  dataFolder: string;
  /** An installed model's id, or a model folder; absent: the starter model. */
  model?: string | undefined;
  shape?: string | undefined;
  quick: boolean;
  trace?: string | undefined;
  policy?: PolicyName | undefined;
  maxTokens?: number | undefined;
  limit?: number | undefined;
  /** Length of the prompts, where a scenario has one. */
  tokens?: number | undefined;
  /** Of a model that runs in the benchmark's own process; absent: as many as an engine takes. */
  threads?: number | undefined;
  /** Only these; absent: all of the scenario. */
  workloads?: readonly string[] | undefined;
  methods?: readonly string[] | undefined;
  /** Nothing is run: the page and the plots are written again from the result file. */
  page?: boolean | undefined;
  /** Takes over what an earlier run of the same request finished before it was cut. The code may be another by now. */
  resume?: boolean | undefined;
  /** Called by a scenario that can end early and give what it has: aborts when the run is cut. */
  endEarly?: (() => AbortSignal) | undefined;
  /** Folder of the result file; absent: the results of this checkout. */
  out?: string | undefined;
}

export interface BenchResult<Row extends object = object> {
  /** Also the name of the result file. */
  name: string;
  machine: Machine;
  model: string;
  rows: Row[];
  /** True: the run was cut, and some of what was asked for is missing. */
  isCut?: true;
  /** True: other programs used the machine meanwhile, so that the times do not count. */
  isBusy?: true;
}

/** A benchmark that could not run; the message is one line for a person. `usage`: the request itself was wrong. */
export class BenchFailure extends Error {
  readonly usage: boolean;
  constructor(message: string, { usage }: { usage: boolean }) {
    super(message);
    this.name = 'BenchFailure';
    this.usage = usage;
  }
}
