// Where a person's Hearth data lies when no folder is named. Does not create it.

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** HEARTH_DATA if it is set, else the place for application data of this operating system. Always absolute. */
export function defaultDataFolder(
  environment: Record<string, string | undefined> = process.env,
  platform: string = process.platform,
): string {
  if (environment.HEARTH_DATA) return resolve(environment.HEARTH_DATA);
  const home = homedir();
  if (platform === 'win32') return join(environment.APPDATA ?? join(home, 'AppData', 'Roaming'), 'Hearth');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Hearth');
  return join(environment.XDG_DATA_HOME || join(home, '.local', 'share'), 'hearth');
}
