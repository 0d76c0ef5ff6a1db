import { dirname, join, resolve } from 'node:path'
import { readPlainFile } from '../../util/files/plain-file.ts'
import type { Reach } from '../reach/reach.ts'
import type { JobConfig } from '../read/user-config.ts'
import { textOf, walkScalars } from '../yaml/yaml-value.ts'

/** Files of one folder that are looked at, and the size up to which one is read. */
const maxFiles = 500
const maxFileBytes = 4 * 1024 * 1024
/** `..`, once or more, at the start of a path: in a YAML text after a blank, a quote, a bracket or a comma. */
const climbs = /(?:^|[\s"'[{,])((?:\.\.(?:[\\/]+|(?=[\s"'\]},]|$)))+)/g

type Paths = Pick<JobConfig, 'document' | 'libraries' | 'kometaCwd' | 'reach'>

/**
 * The folder above Kometa's working directory that relative paths of the config and of its overlay files reach up to, by `../../`;
 * the working directory itself when none does. What such paths name must be found from a workspace, too.
 */
export async function highestFolder({ document, libraries, kometaCwd, reach }: Paths): Promise<string> {
  let steps = 0
  const look = (text: string): void => {
    for (const [, climb = ''] of text.matchAll(climbs)) steps = Math.max(steps, climb.split('..').length - 1)
  }
  walkScalars(document, (scalar) => look(textOf(scalar)))
  for (const { form, value } of libraries.flatMap(({ overlayFiles }) => overlayFiles)) {
    if (form !== 'file' && form !== 'path' && form !== 'folder') continue
    for (const text of await readOverlayTexts(resolve(kometaCwd, value), form === 'folder', reach)) look(text)
  }
  let folder = resolve(kometaCwd)
  // What is above the folders that may be read is as if it were not there.
  for (let step = 0; step < steps && (await reach.exists(dirname(folder))); step++) folder = dirname(folder)
  return folder
}

async function readOverlayTexts(path: string, isFolder: boolean, reach: Reach): Promise<string[]> {
  const paths = isFolder
    ? (await reach.names(path)).filter((name) => /\.ya?ml$/.test(name)).map((name) => join(path, name))
    : [path, `${path}.yml`, path.replace(/\.yml$/, '.yaml')]
  const texts = await Promise.all(paths.slice(0, maxFiles).map((each) => readText(each, reach)))
  return texts.filter((text) => text !== '')
}

/** '' for what is not there or too large: checkLibraries says so. */
async function readText(named: string, reach: Reach): Promise<string> {
  const path = await reach.way(named)
  if (path === null) return ''
  return readPlainFile(path, maxFileBytes).then(String, () => '')
}
