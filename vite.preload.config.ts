// Builds the preload as one CommonJS file: a sandboxed preload may require nothing but electron.

import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  publicDir: false,
  build: {
    ssr: true,
    outDir: 'dist',
    emptyOutDir: false,
    minify: false,
    rollupOptions: {
      input: 'electron/preload.ts',
      external: ['electron'],
      output: { format: 'cjs', entryFileNames: 'electron/preload.cjs' },
    },
  },
  ssr: { target: 'node', noExternal: true, external: ['electron'] },
});
