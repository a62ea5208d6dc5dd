// The model that scenario `papers` measures, and the same one with live rows in 16 bits, over one cache.

import type { BenchEngineOptions } from './bench-engine.ts';
import { BenchModel } from './bench-model.ts';
import type { PaperMethod } from './papers-methods.ts';
import type { Answering } from './quality-led.ts';
import type { BenchRequest } from './request.ts';

export class PaperBench {
  /** Holds the cache; donors are read and full prefills computed with it. */
  readonly main: BenchModel;
  readonly #compact: BenchModel | null;

  private constructor(main: BenchModel, compact: BenchModel | null) {
    this.main = main;
    this.#compact = compact;
  }

  /** Opens what these methods answer with. */
  static async open(
    request: BenchRequest,
    methods: readonly PaperMethod[],
    options: BenchEngineOptions = {},
  ): Promise<PaperBench> {
    const main = await BenchModel.open(request, options);
    const isCompactWanted = methods.some(({ liveKv }) => liveKv === 'compact');
    return new PaperBench(
      main,
      isCompactWanted ? await BenchModel.open(request, { ...options, liveKv: 'compact' }) : null,
    );
  }

  /** What a method answers with. All of them find the same rows. */
  of({ liveKv }: Pick<PaperMethod, 'liveKv'>): Answering {
    const { loaded, profileId } = this.main;
    if (liveKv === 'full') return this.main;
    if (this.#compact === null) throw new Error('opened without 16-bit rows');
    return { loaded: { ...loaded, model: this.#compact.loaded.model }, profileId };
  }

  /** Buffers of earlier, maybe longer prompts go, so that no more is held than the next prompts need. */
  letMemoryGo(): void {
    for (const each of [this.main, this.#compact]) each?.loaded.model.emptyKvBuffer();
  }

  async close(): Promise<void> {
    await this.#compact?.close();
    await this.main.close();
  }
}
