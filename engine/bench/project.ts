// Where the project's own files lie, seen from the sources and from the bundle: both are two folders down.

import { join } from 'node:path';

export function projectFile(...parts: string[]): string {
  return join(import.meta.dirname, '..', '..', ...parts);
}
