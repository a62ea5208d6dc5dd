// A run of prompt positions for which the cache holds rows that are not exactly this prompt's.

import type { BlockRef } from '../cache/block.ts';
import type { Space } from '../cache/space.ts';
import type { TokenRange } from '../types.ts';

export interface FoundSpan extends TokenRange {
  /**
   * `moved`: the same tokens behind another left context. `edited`: the same tokens, but the text they belong to was
   * changed before them. `similar`: other tokens of like meaning.
   */
  origin: 'moved' | 'edited' | 'similar';
  /** `canonical`: computed behind nothing but the app's neutral text. `other`: behind any other text. */
  context: 'canonical' | 'other';
  /** In prompt order; together they cover start..end-1 without gaps. */
  rows: BlockRef[];
  /** Where the rows are; left out: in the model's own space. */
  space?: Space | undefined;
  /**
   * Of an edited span: positions in it that stand right behind a change, to the end of their paragraph, list item,
   * record or message. Their rows remember what stood there before; recomputing others instead does not help.
   */
  windows?: TokenRange[] | undefined;
}
