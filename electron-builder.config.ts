// What a package holds: the built programs, the three native libraries for its platform, the model that ships with
// Hearth. Nothing is compiled here, and nothing that only building and testing need goes along.

import type { Configuration } from 'electron-builder';

const config: Configuration = {
  appId: 'app.hearth.desktop',
  productName: 'Hearth',
  directories: { output: 'dist/package', buildResources: 'resources/icons' },
  // All native parts are N-API: one binary serves Node and Electron.
  npmRebuild: false,
  asar: true,
  asarUnpack: ['**/*.{node,so,so.*,dylib,dll}'],
  files: [
    'package.json',
    // The command line and the browser host need a Node of their own, which a package does not have.
    'dist/{engine,electron,renderer,chunks}/**',
    '!dist/chunks/engine-process-*',
    // The bundles hold every other package. Of these two, what their code loads on this platform.
    '!node_modules/**/*',
    'node_modules/better-sqlite3/{package.json,LICENSE,lib/**}',
    'node_modules/better-sqlite3/prebuilds/${platform}-${arch}.node',
    'node_modules/sqlite-vec/{package.json,index.cjs}',
    'node_modules/sqlite-vec-*/{package.json,vec0.*}',
    'node_modules/onnxruntime-node/{package.json,dist/**/*.js}',
    'node_modules/onnxruntime-node/bin/napi-v6/${platform}/${arch}/**',
    'node_modules/onnxruntime-common/{package.json,dist/cjs/**/*.{js,json}}',
  ],
  // Read by path, and large: beside the archive.
  extraResources: [
    { from: 'resources', to: 'hearth', filter: ['models/**', 'library/**', '!**/train/**', 'LICENSE*'] },
  ],
  electronFuses: {
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    enableCookieEncryption: true,
    grantFileProtocolExtraPrivileges: false,
  },
  linux: { target: ['AppImage', 'deb'], category: 'Utility', synopsis: 'Local LLM chat for the people on one machine' },
  mac: { target: ['dmg', 'zip'], category: 'public.app-category.productivity', hardenedRuntime: true },
  win: { target: ['nsis'] },
};

export default config;
