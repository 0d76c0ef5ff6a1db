import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import type { TestProject } from 'vitest/node'
import { chromiumPath } from '../../support/chromium-path.ts'

declare module 'vitest' {
  interface ProvidedContext {
    webDir: string
  }
}

/** The application of this checkout, built once for all suites into a folder that is removed with them. */
export default async function setUp(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (chromiumPath() === null) {
    project.provide('webDir', '')
    return undefined
  }
  const webDir = await mkdtemp(join(tmpdir(), 'kometa-preview-web-'))
  const configFile = fileURLToPath(new URL('../../../vite.config.ts', import.meta.url))
  const root = fileURLToPath(new URL('../../../web', import.meta.url))
  // Vitest's own "test" would select React's development build, whose speed says nothing.
  const nodeEnv = process.env.NODE_ENV
  process.env.NODE_ENV = 'production'
  await build({ configFile, root, mode: 'production', logLevel: 'error', build: { outDir: webDir } })
  process.env.NODE_ENV = nodeEnv
  project.provide('webDir', webDir)
  return () => rm(webDir, { recursive: true, force: true })
}
