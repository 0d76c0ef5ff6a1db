import { join } from 'node:path'
import { sampleRenderer } from '../../../src/demo/demo-world.ts'
import type { Renderer } from '../../../src/run/kometas/renderer.ts'
import { startStudio } from '../../../src/server/studio.ts'
import { openDescriptors } from '../../server/descriptors.ts'

/**
 * A studio in its own process, so that its cost can be told from the cost of the test. It sends its address on the IPC
 * channel, answers 'cost' and 'holds', and ends when its parent ends.
 */
export interface StudioProcessOptions {
  dataDir: string
  configPath: string
  webDir: string
  /** Lines per second of a renderer that writes until it is ended; absent: the sample renderer. */
  linesPerSecond?: number
}

export interface StudioCost {
  /** Processor time of this process alone, in milliseconds. */
  cpuMs: number
}

/** The memory that it still holds after a garbage collection. */
export interface StudioHolds {
  heapBytes: number
  /** Buffers outside the heap. */
  externalBytes: number
  descriptors: number | null
}

const options: StudioProcessOptions = JSON.parse(process.argv[2] ?? '{}')

const talking = (linesPerSecond: number): Renderer => ({
  ...sampleRenderer(),
  command: process.execPath,
  args: (configPath) => [
    '--import',
    import.meta.resolve('tsx'),
    join(import.meta.dirname, 'talking-renderer.ts'),
    String(linesPerSecond),
    '--config',
    configPath,
  ],
})

await using studio = await startStudio({
  port: 0,
  dataDir: options.dataDir,
  webDir: options.webDir,
  configPath: options.configPath,
  allowedFolders: [],
  makeRenderer: async () => (options.linesPerSecond ? talking(options.linesPerSecond) : sampleRenderer()),
  env: { PATH: process.env.PATH },
  version: '0.0.0-test',
  demo: true,
  onFailure: (error) => process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`),
})
process.on('message', (message) => {
  if (message === 'cost') {
    const { user, system } = process.cpuUsage()
    process.send?.({ cpuMs: (user + system) / 1_000 } satisfies StudioCost)
  } else if (message === 'holds') void holds()
})
async function holds(): Promise<void> {
  // Finalizers release what the first collection finds dead only after that collection.
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { heapUsed: heapBytes, external: externalBytes } = process.memoryUsage()
  process.send?.({ heapBytes, externalBytes, descriptors: openDescriptors() } satisfies StudioHolds)
}
const ended = new Promise<void>((resolve) => process.once('disconnect', resolve))
process.send?.({ url: studio.url })
await ended
