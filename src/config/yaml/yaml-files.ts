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
 * The YAML files of one config, each read once: by us at once, and by the reader of the user's own Kometa, whose answer is
 * final. All methods throw CONFIG_UNREADABLE, or CONFIG_INVALID_YAML with file and line.
 */
export interface YamlFiles {
  /** Our own reading, as long as Kometa's is not there; of a file that we cannot read, Kometa's. */
  peek(path: string): Promise<YamlValue>
  /** Kometa's reading. */
  read(path: string): Promise<YamlValue>
  /** What stands in the file that was read. */
  textOf(path: string): Promise<string>
  /** Where everything stands in the file that was read. */
  placesOf(path: string): Promise<Places>
  /** Asks Kometa's reader of all these in one go; nothing waits for it. */
  prepare(paths: readonly string[]): void
  /** Whether Kometa sees what `peek` saw. */
  confirm(path: string): Promise<boolean>
  /** Where a key stands in a file that was read, by the keys and list places that lead to it; null when that is not known. */
  lineOf(path: string, keys: readonly string[]): Promise<number | null>
  /** What the user must know: that Kometa's reader was not asked. */
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

/** Without `ask` there is no Kometa here, and our own reading is all there is. */
export function createYamlFiles(
  ask: AskKometaYaml | undefined,
  readBytes: (path: string) => Promise<Buffer> = readYamlBytes,
  texts: TextReading = readHere,
): YamlFiles {
  const files = new Map<string, Promise<YamlFile>>()
  /** A question for many files that is about to be asked. */
  let preparing: Promise<void> = Promise.resolve()
  const warnings = new Set<string>()

  const open = (path: string): Promise<YamlFile> => {
    const known = files.get(path)
    if (known) return known
    const opening = openFile(path, readBytes, texts)
    files.set(path, opening)
    // Who asks for the file hears why it cannot be read.
    opening.catch(() => undefined)
    return opening
  }

  const placesIn = (file: YamlFile): Promise<Places> => {
    file.places ??= texts.places(file.text)
    return file.places
  }

  async function judge(group: readonly YamlFile[]): Promise<KometaReading[]> {
    const questions = group.map(({ path, bytes, own }) => ({
      name: path,
      bytes,
      digest: 'value' in own && own.certain ? digestOf(own.value) : null,
    }))
    const answer = ask ? await ask(questions) : null
    if (answer && 'readings' in answer) return answer.readings
    if (answer) {
      warnings.add(
        `Kometa's own reader could not be asked whether it takes these YAML files, they were read by ours alone: ${answer.notAsked}`,
      )
    }
    return group.map(() => ({ kind: 'same' }))
  }

  /** One question for all files of the group that were not asked of before. */
  function verdicts(group: readonly YamlFile[]): void {
    const fresh = [...new Set(group)].filter(({ verdict }) => verdict === null)
    if (fresh.length === 0) return
    const asking = judge(fresh)
    fresh.forEach((file, at) => {
      file.verdict = asking.then((readings) => readings[at] ?? { kind: 'same' })
      file.verdict.catch(() => undefined)
    })
  }

  async function verdictOf(file: YamlFile): Promise<KometaReading> {
    await preparing
    verdicts([file])
    return file.verdict ?? { kind: 'same' }
  }

  async function read(path: string): Promise<YamlValue> {
    const file = await open(path)
    const reading = await verdictOf(file)
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
      preparing = Promise.all([preparing, opened]).then(([, group]) => verdicts(group.filter((file) => file !== null)))
    },
    async confirm(path) {
      const file = await open(path)
      if (!('value' in file.own && file.own.certain)) return true
      const { kind } = await verdictOf(file)
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
    warnings: () => [...warnings],
  }
}

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

/** Of a file that may be missing or broken: null then. */
export async function readOrNull(files: YamlFiles, path: string): Promise<YamlValue> {
  return files.read(path).catch((error: unknown) => {
    if (error instanceof AppError) return null
    throw error
  })
}
