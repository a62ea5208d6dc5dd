// The ideas of policy `hearth`, each with a switch, so that a benchmark can take one away or keep only one.
// Nothing but a benchmark changes them.

export interface AblationOptions {
  /** Rows beside fresh text are computed in any case. */
  seams: boolean;
  /** First rows of a moved chunk that are computed in any case; 0: none. */
  chunkStartTokens: number;
  /** Chunks that were computed behind neutral text are trusted: no forced start, and a smaller budget. */
  canonical: boolean;
  /** Everything from an edit to the end of its paragraph or record is computed in any case. */
  editWindows: boolean;
  /** Whether the shallow layers look for deviations: never, always, or where that is cheap or needed. */
  influence: 'never' | 'auto' | 'always';
  /** Whether the change of a key counts as influence, beside that of a value. */
  keyTerm: boolean;
  /** Whether the question's attention counts. */
  relevance: boolean;
  /** Where the shallow layers do not look, lines that share rare tokens with the question are computed. */
  questionLines: boolean;
  /** Rows are chosen in windows of neighbours instead of one by one. */
  grouping: boolean;
  /** Share of the rows that are computed again, in place of the budget by class; null: by class. */
  recomputeShare: number | null;
  /** Approximate rows are computed again while the answer is written. */
  bursts: boolean;
}

export const ALL_IDEAS: AblationOptions = {
  seams: true,
  chunkStartTokens: 16,
  canonical: true,
  editWindows: true,
  influence: 'auto',
  keyTerm: true,
  relevance: false,
  questionLines: true,
  grouping: true,
  recomputeShare: null,
  bursts: true,
};
