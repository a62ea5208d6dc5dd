// For those who drive packaging through Electron Forge: its makers hand the folder that Forge packaged to
// electron-builder, whose configuration stays the only one. Forge itself is not a dependency.

import { buildForge } from 'app-builder-lib/out/forge-maker.js';
import builderConfig from './electron-builder.config.ts';

/** What Forge hands to a maker, as far as it is used here. */
interface MakeOptions {
  /** The packaged app. */
  dir: string;
  /** Where the results go. */
  makeDir: string;
  targetPlatform: 'linux' | 'darwin' | 'win32';
  targetArch: string;
}

const TARGETS = {
  linux: builderConfig.linux?.target,
  darwin: builderConfig.mac?.target,
  win32: builderConfig.win?.target,
};
const PLATFORM_OPTION = { linux: 'linux', darwin: 'mac', win32: 'win' } as const;

/** electron-builder's own makers know the makers of older Forge versions only. */
class ElectronBuilderMaker {
  readonly __isElectronForgeMaker = true;
  readonly name = 'electron-builder';
  readonly platforms = ['linux', 'darwin', 'win32'];
  readonly requiredExternalBinaries: string[] = [];

  clone(): ElectronBuilderMaker {
    return new ElectronBuilderMaker();
  }
  isSupportedOnCurrentPlatform(): boolean {
    return true;
  }
  ensureExternalBinariesExist(): void {}
  async prepareConfig(): Promise<void> {}

  /** Resolves with the paths of the artefacts. */
  async make({ dir, makeDir, targetPlatform, targetArch }: MakeOptions): Promise<string[]> {
    const targets = [TARGETS[targetPlatform] ?? []].flat().map(String);
    return buildForge(
      { dir },
      {
        config: { ...builderConfig, directories: { ...builderConfig.directories, output: makeDir } },
        [PLATFORM_OPTION[targetPlatform]]: targets.map((target) => `${target}:${targetArch}`),
      },
    );
  }
}

export default {
  packagerConfig: { asar: { unpack: '**/*.{node,so,so.*,dylib,dll}' } },
  makers: [new ElectronBuilderMaker()],
};
