import { AppError } from '../../contract/errors.ts'
import { explainRefusal } from './explain-fault.ts'
import type { AskKometaYaml, KometaReading } from './kometa-reading.ts'
import type { OwnReading } from './own-reading.ts'
import { readHere, type TextReading } from './text-reading.ts'
import type { Places } from './yaml-places.ts'
import { decodeText, readYamlBytes } from './yaml-read.ts'
import { digestOf } from './yaml-tree.ts'
import type { YamlValue } from './yaml-value.ts'

/**
 * The YAML files of one config. Each is read once by us and once by the reader of the user's own Kometa, whose
 * answer is final. All methods throw CONFIG_UNREADABLE, or CONFIG_INVALID_YAML with file and line.
 */
export interface YamlFiles {
  /** Our own reading, without a wait for Kometa's. For a file that we cannot read with certainty, Kometa's reading. */
  peek(path: string): Promise<YamlValue>
  /** Kometa's reading. */
  read(path: string): Promise<YamlValue>
  /** The text of the file, as it was read. */
  textOf(path: string): Promise<string>
  /** The positions of everything in the file, as it was read. */
  placesOf(path: string): Promise<Places>
  /** Starts one question to Kometa's reader about all these files. Nothing waits for the answer. */
  prepare(paths: readonly string[]): void
  /** Whether Kometa reads the same value as `peek` returned. */
  confirm(path: string): Promise<boolean>
  /** The line of a key in a file, by the keys and list positions that lead to it. null: the line is unknown. */
  lineOf(path: string, keys: readonly string[]): Promise<number | null>
  /** Warnings for the user, such as that Kometa's reader could not be asked. */
  warnings(): string[]
}

interface YamlFile {
  path: string
  text: string
  bytes: Buffer
  own: OwnReading
  verdict: Promise<KometaReading> | null
  places: Promise<Places> | null
}

/** Without `ask` there is no Kometa here, and our own reading counts. */
export function createYamlFiles(
  ask: AskKometaYaml | undefined,
  readBytes: (path: string) => Promise<Buffer> = readYamlBytes,
  texts: TextReading = readHere,
): YamlFiles {
  const files = new Map<string, Promise<YamlFile>>()
  const verdicts = createVerdicts(ask)

  const open = (path: string): Promise<YamlFile> => {
    const known = files.get(path)
    if (known) return known
    const opening = openFile(path, readBytes, texts)
    files.set(path, opening)
    // The caller that asks for the file gets the error.
    opening.catch(() => undefined)
    return opening
  }

  const placesIn = (file: YamlFile): Promise<Places> => {
    file.places ??= texts.places(file.text)
    return file.places
  }

  async function read(path: string): Promise<YamlValue> {
    const file = await open(path)
    const reading = await verdicts.of(file)
    if (reading.kind === 'other') return reading.value
    if (reading.kind === 'refused') throw explainRefusal(file.text, path, reading.refusal, file.own)
    return ownValue(file, texts)
  }

  return {
    read,
    textOf: async (path) => (await open(path)).text,
    placesOf: async (path) => placesIn(await open(path)),
    async peek(path) {
      const file = await open(path)
      return 'value' in file.own && file.own.certain ? file.own.value : read(path)
    },
    prepare(paths) {
      const opened = Promise.all([...new Set(paths)].map((path) => open(path).catch(() => null)))
      verdicts.prepare(opened.then((group) => group.filter((file) => file !== null)))
    },
    async confirm(path) {
      const file = await open(path)
      if (!('value' in file.own && file.own.certain)) return true
      const { kind } = await verdicts.of(file)
      if (kind === 'refused') await read(path)
      return kind === 'same'
    },
    async lineOf(path, keys) {
      const file = await open(path).catch(() => null)
      if (!file) return null
      const places = await placesIn(file)
      const found = places.find(keys)
      return found ? places.position(found.start).line : null
    },
    warnings: verdicts.warnings,
  }
}

/** What Kometa's reader says of the files. Each file is asked about once, if possible together with others. */
function createVerdicts(ask: AskKometaYaml | undefined) {
  /** The preparation of a question about several files. */
  let preparing: Promise<void> = Promise.resolve()
  const warnings = new Set<string>()

  async function judge(group: readonly YamlFile[]): Promise<KometaReading[]> {
    const questions = group.map(({ path, bytes, own }) => ({
      name: path,
      bytes,
      digest: 'value' in own && own.certain ? digestOf(own.value) : null,
    }))
    const answer = ask ? await ask(questions) : null
    if (answer && 'readings' in answer) return answer.readings
    if (answer) warnings.add(`${notAskedWords}: ${answer.notAsked}`)
    return group.map(() => ({ kind: 'same' }))
  }

  /** Asks one question about all files of the group that have no answer yet. */
  function askAbout(group: readonly YamlFile[]): void {
    const fresh = [...new Set(group)].filter(({ verdict }) => verdict === null)
    if (fresh.length === 0) return
    const asking = judge(fresh)
    fresh.forEach((file, at) => {
      file.verdict = asking.then((readings) => readings[at] ?? { kind: 'same' })
      file.verdict.catch(() => undefined)
    })
  }

  return {
    prepare(group: Promise<readonly YamlFile[]>): void {
      preparing = Promise.all([preparing, group]).then(([, files]) => askAbout(files))
    },
    async of(file: YamlFile): Promise<KometaReading> {
      await preparing
      askAbout([file])
      return file.verdict ?? { kind: 'same' }
    },
    warnings: (): string[] => [...warnings],
  }
}

const notAskedWords = "Kometa's own reader could not check these YAML files, so only the preview's reader has read them"

async function openFile(
  path: string,
  readBytes: (path: string) => Promise<Buffer>,
  texts: TextReading,
): Promise<YamlFile> {
  const bytes = await readBytes(path)
  const text = decodeText(bytes, path)
  return { path, text, bytes, own: await texts.read(text), verdict: null, places: null }
}

async function ownValue({ own, text, path }: YamlFile, texts: TextReading): Promise<YamlValue> {
  if ('fault' in own) throw await texts.explain(text, path, own.fault)
  return own.value
}

/** Reads a file that may be missing or broken. null: it cannot be read. */
export async function readOrNull(files: YamlFiles, path: string): Promise<YamlValue> {
  return files.read(path).catch((error: unknown) => {
    if (error instanceof AppError) return null
    throw error
  })
}
