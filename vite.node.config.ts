// Builds what runs under Node or Electron's Node: engine, server, command line, benchmarks, Electron's main process.
// Packages with native parts, and electron itself, stay imports.

import { defineConfig } from 'vite';

const ENTRIES = ['engine', 'server', 'cli', 'bench', 'electron'] as const;
const SOURCES: Record<(typeof ENTRIES)[number], string> = {
  engine: 'engine/main.ts',
  server: 'engine/server/main.ts',
  cli: 'engine/cli/main.ts',
  bench: 'engine/bench/main.ts',
  electron: 'electron/main.ts',
};

export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  build: {
    ssr: true,
    target: 'node24',
    outDir: 'dist',
    emptyOutDir: false,
    minify: false,
    rollupOptions: {
      input: Object.fromEntries(ENTRIES.map((name) => [`${name}/main`, SOURCES[name]])),
      external: ['electron', 'better-sqlite3', 'onnxruntime-node'],
      // Every file lies two folders below the project's root, as its source does: paths to resources rely on it.
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
  ssr: { target: 'node', noExternal: true, external: ['electron', 'better-sqlite3', 'onnxruntime-node'] },
});
