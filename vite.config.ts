import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: 'web',
  plugins: [react()],
  build: {
    outDir: '../dist/web',
    emptyOutDir: true,
    target: 'es2022',
    // No data: URLs: the server's policy allows fonts and scripts only from files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    license: { fileName: 'THIRD-PARTY-LICENSES.md' },
  },
  worker: { format: 'es' },
  server: { host: '127.0.0.1', proxy: { '/api': process.env.STUDIO_URL ?? 'http://127.0.0.1:8787' } },
})
