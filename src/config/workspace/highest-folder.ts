import { dirname, resolve } from 'node:path'
import { readOverlayTexts } from '../overlays/overlay-texts.ts'
import type { JobConfig } from '../read/user-config.ts'
import { textOf, walkScalars } from '../yaml/yaml-value.ts'

/** `..`, once or more, at the start of a path: in a YAML text after a blank, a quote, a bracket or a comma. */
const climbs = /(?:^|[\s"'[{,])((?:\.\.(?:[\\/]+|(?=[\s"'\]},]|$)))+)/g

type Paths = Pick<JobConfig, 'document' | 'libraries' | 'kometaCwd' | 'reach' | 'files'>

/**
 * The highest folder that relative paths of the config and of its overlay files lead to by `../../`, or the working
 * directory where none leads above it. A workspace starts at this folder, so that each of these paths leads to the
 * same file in it.
 */
export async function highestFolder(config: Paths): Promise<string> {
  const { document, kometaCwd, reach } = config
  const texts = (await readOverlayTexts(config)).map(({ text }) => text)
  walkScalars(document, (scalar) => texts.push(textOf(scalar)))
  const steps = texts.reduce((most, text) => Math.max(most, stepsUp(text)), 0)
  let folder = resolve(kometaCwd)
  // A folder above those that may be read is treated as if it did not exist.
  for (let step = 0; step < steps && (await reach.exists(dirname(folder))); step++) folder = dirname(folder)
  return folder
}

function stepsUp(text: string): number {
  let steps = 0
  for (const [, climb = ''] of text.matchAll(climbs)) steps = Math.max(steps, climb.split('..').length - 1)
  return steps
}
