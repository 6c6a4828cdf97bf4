import { defineConfig } from 'vite';

/** dist/lotse.js: the snippet for pages of other sites, as one small file without imports. */
export default defineConfig({
  publicDir: false,
  build: {
    target: 'es2020',
    outDir: 'dist',
    emptyOutDir: false,
    lib: { entry: 'snippet/lotse.js', formats: ['iife'], name: 'lotse_snippet', fileName: () => 'lotse.js' },
  },
});
