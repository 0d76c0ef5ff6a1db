import { defineConfig } from 'vite'

/**
 * Bundles the command line, because Node takes twice as long to find and read four hundred modules. Separate programs
 * (supervisor, workers, sample renderer) and the packages below are not bundled.
 */
export default defineConfig({
  build: {
    ssr: 'src/cli/main.ts',
    outDir: 'dist/cli',
    emptyOutDir: true,
    target: 'node20.19',
    minify: false,
    reportCompressedSize: false,
    license: { fileName: 'THIRD-PARTY-LICENSES.md' },
    rollupOptions: { output: { entryFileNames: 'main.js', chunkFileNames: '[name]-[hash].js' } },
  },
  ssr: {
    noExternal: true,
    // These packages bring files of their own: native code, threads, WebAssembly.
    external: ['sharp', 'undici'],
  },
})
