// Gathers text until the next frame of the screen, so that a fast answer costs one render per frame and not one per token.

const HIDDEN_MS = 250;

export interface TextBatch {
  push(text: string): void;
  /** Hands over what is left, at once. */
  flush(): void;
}

/** `schedule` runs its argument once, soon: requestAnimationFrame where the page is visible. */
export function textBatch(emit: (text: string) => void, schedule: (run: () => void) => void = soon): TextBatch {
  let waiting = '';
  let scheduled = false;
  const flush = () => {
    scheduled = false;
    if (waiting === '') return;
    const text = waiting;
    waiting = '';
    emit(text);
  };
  return {
    push: (text) => {
      waiting += text;
      if (scheduled) return;
      scheduled = true;
      schedule(flush);
    },
    flush,
  };
}

// Where there are no frames (a hidden page, or no page at all) the text must still arrive.
function soon(run: () => void): void {
  if (globalThis.document?.hidden ?? true) setTimeout(run, HIDDEN_MS);
  else requestAnimationFrame(run);
}
