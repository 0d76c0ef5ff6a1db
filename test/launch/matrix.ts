import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { kometaRenderer } from '../../src/cli/kometa-renderer.ts'
import { loadJobConfig } from '../../src/config/read/user-config.ts'
import type { Summary } from '../../src/contract/summary.ts'
import { runJob } from '../../src/run/run.ts'
import { folderState } from '../kometa/user-folder.ts'
import { type StartMethod, startMethods, writeStartMethod } from './start-methods.ts'

/** An address of this machine outside its loopback; null if there is none. */
export const otherAddress: string | null =
  Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? null

export interface Case {
  method: StartMethod
  isolate: 'on' | 'off'
  place: 'loopback' | 'another address'
}

/** Every start method, with and without isolation, with Plex on either address. */
export function casesOf(canIsolate: boolean): Case[] {
  const modes = canIsolate ? (['on', 'off'] as const) : (['off'] as const)
  const places = otherAddress === null ? (['loopback'] as const) : (['loopback', 'another address'] as const)
  return startMethods.flatMap((method) =>
    modes.flatMap((isolate) => places.map((place) => ({ method, isolate, place }))),
  )
}

export interface MatrixRun {
  summary: Summary
  /** The lines that were logged before the end. */
  lines: string[]
  /** The checkout that contains the user's config. */
  checkout: { before: Record<string, string>; after: Record<string, string> }
}

/** Runs a preview whose config lies in the checkout that Kometa is started from, as in Kometa's own guide. */
export async function runMatrixCase(
  { method, isolate }: Case,
  { dir, checkout, python, env }: { dir: string; checkout: string; python: string; env: NodeJS.ProcessEnv },
): Promise<MatrixRun> {
  const PYTHONPATH = writeStartMethod(join(dir, method), method)
  // The user's exemptions would bypass the gate.
  const user = { PATH: process.env.PATH, PYTHONPATH, ...env, NO_PROXY: '*', no_proxy: '*' }
  const before = await folderState(checkout)
  const dataDir = join(dir, 'data')
  const renderer = await kometaRenderer({ kometa: checkout, python }, dataDir, user)
  const lines: string[] = []
  const summary = await runJob({
    config: await loadJobConfig(
      { kind: 'config', configPath: join(checkout, 'config', 'config.yml') },
      { env: user, kometaDir: checkout },
    ),
    jobDir: join(dir, 'job'),
    specs: ['101'],
    renderer,
    dataDir,
    keepWorkspace: false,
    writeJobFile: false,
    proxyPort: 0,
    scoped: true,
    isolate,
    env: user,
    signal: new AbortController().signal,
    onEvent: () => undefined,
    onLine: ({ text }) => lines.push(text),
  })
  return { summary, lines, checkout: { before, after: await folderState(checkout) } }
}
