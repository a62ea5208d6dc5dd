// Models: installed ones and what a folder would need.

export interface ModelSummary {
  id: string;
  name: string;
  architecture: string;
  parameters: number;
  layers: number;
  contextTokens: number;
  vocabulary: number;
  bytesOnDisk: number;
  /** True for the model that ships with Hearth. */
  builtIn: boolean;
  loaded: boolean;
  /** One plain sentence on what the model can and cannot do, or null. */
  note: string | null;
}

export interface ModelCheck {
  ok: boolean;
  name: string;
  architecture: string | null;
  contextTokens: number | null;
  parameters: number | null;
  /** Memory for the weights plus the KV cache of one full context. */
  memoryBytes: number | null;
  problems: string[];
}
