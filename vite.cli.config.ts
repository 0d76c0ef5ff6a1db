import { defineConfig } from 'vite'

/**
 * The command line in one piece for each command: Node needs twice as long to find and read four hundred modules.
 * Programs of their own (supervisor, workers, sample renderer) and the packages below stay as the compiler and npm
 * leave them.
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
    // With files of their own: native code, threads, WebAssembly.
    external: ['sharp', 'undici'],
  },
})
