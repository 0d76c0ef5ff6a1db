import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ConfigCheck } from '../../contract/api/api-connect.ts'
import { createRedactor } from '../../util/redact.ts'
import { onText, readInThread } from '../foreign-text/on-text.ts'
import type { HiddenBefore } from './hidden/hidden-uses.ts'
import type { Mask } from './hidden/mask-config.ts'
import { inspectConfig } from './inspect-config.ts'
import type { LiveServer } from './live-server.ts'
import { type ConfigPlace, cleanPaths, type LoadDeps, loadText } from './load-config.ts'
import { isUsable, placeLibraries } from './place-libraries.ts'

export interface EditedConfig {
  /** The text as the user has edited it, with masks for its secrets. */
  text: string
  /** The secrets of the text before the edit, and where they were. */
  masks: readonly Mask[]
  before: HiddenBefore
  /** `<<names>>` in it must not get values from this machine's environment. */
  withoutEnvironment: boolean
  name: string
  place: ConfigPlace | null
}

export interface CheckDeps extends LoadDeps {
  /** Whether Kometa draws; the demo's stand-in needs no TMDb key. */
  needsTmdb: boolean
  /** A folder of ours that only this user can open. */
  privateDir: string
  /** The connected servers. An edit makes us ask no other server. */
  servers: readonly LiveServer[]
  scrub(text: string): string
}

/** Checks an edit: reads it as a job would read it, with its secrets back in place. */
export async function checkEdit(
  { text: edited, masks, before, withoutEnvironment, name, place }: EditedConfig,
  deps: CheckDeps,
): Promise<ConfigCheck> {
  const folder = join(deps.privateDir, `edit-${randomBytes(8).toString('hex')}`)
  const places = await readInThread.places(edited)
  const { text, problems, restored } = await onText('restore', edited, masks, before)
  const masked = await onText('mask', text, restored)
  const typed = createRedactor(masked.secrets)
  const clean = (message: string) => typed.text(deps.scrub(cleanPaths(message, folder, null, name)))
  try {
    const inspection = await inspectConfig({
      masked: { text: edited },
      env: deps.env,
      kometaDir: deps.kometaDir,
      needsTmdb: deps.needsTmdb,
      clean,
      load: async () => {
        await onText('check', edited, name)
        const named = await onText('name', masked.text, masked.masks)
        return loadText(named.text, named.secrets, folder, { ...deps, place, withoutEnvironment })
      },
    })
    const own = problems.map(({ message, place: { start, end, path } }) => {
      const [from, to] = [places.position(start), places.position(end)]
      const span = { ...from, endLine: to.line, endColumn: to.column }
      return { severity: 'error' as const, message, ...span, path: path.join('.') }
    })
    const { libraries } = placeLibraries(inspection.libraries, inspection.config, deps.servers, clean)
    const checked = { ...inspection, problems: [...own, ...inspection.problems] }
    return {
      problems: checked.problems,
      isRead: inspection.config !== null,
      leftOut: checked.leftOut,
      libraries,
      usable: own.length === 0 && isUsable(checked, libraries),
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
