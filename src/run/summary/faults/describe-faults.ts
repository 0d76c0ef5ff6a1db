import { findEntryFiles } from '../../../config/overlays/entry-files.ts'
import type { JobConfig } from '../../../config/read/user-config.ts'
import { AppError } from '../../../contract/errors.ts'
import type { ConfigFault, EmptySearch } from '../../../contract/faults.ts'
import type { LoggedFault } from '../../../kometa/log/outcome/kometa-faults.ts'
import type { KometaOutcome } from '../../../kometa/log/outcome/kometa-outcome.ts'
import type { LoggedFile } from '../../../kometa/log/read/log-events.ts'
import type { Refusal } from '../../around-kometa/gate-log.ts'
import { createFaultPlaces, type FaultPlace, type FaultPlaces, isOwn } from './fault-places.ts'
import { refusedWords } from './refused-words.ts'
import type { Told } from './told-before.ts'

/** This many definitions of one fault are named; the rest is a number. */
const namedDefinitions = 5
const maxWordsChars = 600

export interface DescribedFaults {
  faults: ConfigFault[]
  emptySearches: EmptySearch[]
  /** The files and definitions that the faults are about. */
  told: Told[]
  /** The words to show for Kometa's words about a definition, or about a file (null). */
  inWords(definition: string | null, words: string): string
}

/** What Kometa left out of the user's config, each with its place in the user's files. One cause is one fault. */
export async function describeFaults(
  config: JobConfig,
  kometaDir: string | null,
  records: readonly Pick<KometaOutcome, 'faults' | 'libraries'>[],
  refusals: readonly Refusal[],
): Promise<DescribedFaults> {
  const places = createFaultPlaces(config, kometaDir)
  const faults = createFold<ConfigFault>()
  const emptySearches = createFold<EmptySearch>()
  const told: Told[] = []
  const explained = new Map<string, string>()
  // With several Kometas, nobody can tell whose request came at that time.
  const isAlone = records.length === 1
  for (const { faults: logged, libraries } of records) {
    for (const fault of logged) {
      const library = libraries.find((one) => one.library.mapping === fault.library.mapping)
      const file = fault.at === null || !library ? fault.file : await places.fileOf(library, fault.at)
      const isSearch = (fault.kind === 'definition' || fault.kind === 'setting') && fault.isEmptySearch
      // Kometa's own default files search for dozens of values that a library does not have.
      if ((fault.blank || isSearch) && !(isSearch && isOwn(file))) continue
      const { place, words: said } = await describe(fault, file, config, places)
      const refused = refusedWords(isAlone ? fault : { ...fault, span: null }, refusals)
      const words = refused ?? said
      const { definition } = fault
      if (refused !== null) explained.set(JSON.stringify([definition, fault.words]), refused)
      const about = file ?? (fault.missingPath === null ? null : { form: 'File', path: fault.missingPath })
      // If only a part of a file was left out, warnings about its other parts stay.
      if (about !== null && (fault.kind !== 'setting' || definition !== null))
        told.push({ library: fault.library.mapping, file: about, definition })
      const common = { library: fault.library.mapping, ...place, words: words.slice(0, maxWordsChars) }
      if (isSearch) emptySearches.add(common, definition)
      else faults.add({ ...common, kind: fault.kind === 'entry' ? 'file' : fault.kind }, definition)
    }
  }
  const inWords = (definition: string | null, words: string) =>
    explained.get(JSON.stringify([definition, words])) ?? words
  return { faults: faults.all(), emptySearches: emptySearches.all(), told, inWords }
}

async function describe(
  { kind, library: { mapping }, definition, words, notDictionary, isYamlError, line: named }: LoggedFault,
  file: LoggedFile | null,
  config: JobConfig,
  places: FaultPlaces,
): Promise<{ place: FaultPlace; words: string }> {
  if (kind === 'entry' || file === null) return { place: await places.ofEntry(mapping, file), words }
  if (definition !== null) return { place: await places.ofDefinition(mapping, file, definition), words }
  if (notDictionary !== null) return { place: await places.ofDefinition(mapping, file, notDictionary), words }
  const [path] = isOwn(file) ? await findEntryFiles({ form: 'file', value: file.path }, config, null) : []
  if (path === undefined) return { place: await places.ofEntry(mapping, file), words }
  const why = isYamlError ? await explainYaml(config, path) : null
  const line = why?.place?.line ?? named
  return {
    place: await places.ofFile(file, line),
    words: why === null ? words : `${words.split(':')[0]}: ${why.words}`,
  }
}

/** Our own words for invalid YAML: Kometa's message only quotes the file. */
async function explainYaml(config: JobConfig, path: string) {
  const error: unknown = await config.files.read(path).then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof AppError)) return null
  return { place: error.place, words: error.message.replace(`${path}, `, '').replace(path, 'it') }
}

type Folded = Omit<EmptySearch, 'definitions' | 'count'>

/** Joins faults that have the same words in the same file. */
function createFold<T extends EmptySearch>() {
  const folded = new Map<string, { fault: Folded; definitions: string[] }>()
  return {
    add(fault: Omit<T, 'definitions' | 'count'>, definition: string | null): void {
      const { line: _line, ...same } = fault
      const key = JSON.stringify([same, definition === null ? fault.line : null])
      const known = folded.get(key) ?? { fault, definitions: [] }
      if (definition !== null) known.definitions.push(definition)
      folded.set(key, known)
    },
    all: (): T[] =>
      [...folded.values()].map(({ fault, definitions }) => {
        const named = [...new Set(definitions)].slice(0, namedDefinitions)
        return { ...fault, definitions: named, count: definitions.length } as T
      }),
  }
}
