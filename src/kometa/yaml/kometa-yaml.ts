import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { AskKometaYaml, KometaReading, YamlQuestion } from '../../config/yaml/kometa-reading.ts'
import { fromTree } from '../../config/yaml/yaml-tree.ts'
import { type AskPython, askPythonJson, PythonFailed } from '../install/ask-python.ts'
import { readPythonProgram } from '../python/python-program.ts'
import { createReadingMemory, readingSchema } from './reading-memory.ts'

/** ruamel.yaml reads about 10,000 lines a second; a NAS reads a tenth of that. */
const timeoutMs = 120_000
const maxOutputBytes = 64 * 1024 * 1024
/** The most bytes of one question to the interpreter; more files are asked about in further questions. */
const maxInputBytes = 16 * 1024 * 1024

const answerSchema = z.object({ own: z.boolean(), files: z.array(readingSchema) })

export interface KometaYamlOptions {
  ask: AskPython
  /** Identifies the interpreter, its packages and Kometa. When it changes, everything is asked again. */
  identity: string
  /** Our own file with earlier answers by the files' hashes, without any value from the files. */
  memoryFile: string
}

/** Identifies the version of the file in Kometa's code that contains the YAML reader. */
export async function yamlStamp(kometaDir: string): Promise<string> {
  const info = await stat(join(kometaDir, 'modules', 'request.py')).catch(() => null)
  return info === null ? 'none' : `${info.mtimeMs} ${info.size}`
}

/**
 * Reads YAML with the user's own Kometa, in one short call of its interpreter for all files that it has not judged
 * before.
 */
export function createKometaYaml({ ask, identity, memoryFile }: KometaYamlOptions): AskKometaYaml {
  const keyOf = ({ bytes, digest }: YamlQuestion): string =>
    createHash('sha256').update(`${identity}\0${digest}\0`).update(bytes).digest('hex')

  return async (questions) => {
    const memory = await createReadingMemory(memoryFile)
    const keys = questions.map(keyOf)
    const found = new Map(keys.map((key) => [key, memory.recall(key)] as const).filter(([, known]) => known !== null))
    const open = questions.filter((_, at) => !found.has(keys[at] ?? ''))
    try {
      for (const part of inParts(open)) {
        const answers = await askPythonJson(ask, await questionFor(part), answerSchema)
        part.forEach((question, at) => {
          const answer = answers.files[at]
          if (!answer) throw new PythonFailed('it answered for fewer files than it was asked about')
          memory.learn(keyOf(question), answer)
          found.set(keyOf(question), answer)
        })
      }
    } catch (error) {
      if (!(error instanceof PythonFailed)) throw error
      return { notAsked: error.message }
    }
    await memory.save()
    return { readings: keys.map((key) => toReading(found.get(key) ?? null)) }
  }
}

async function questionFor(questions: readonly YamlQuestion[]) {
  const files = questions.map(({ name, bytes, digest }) => ({ name, bytes: bytes.toString('base64'), digest }))
  const script = await readPythonProgram('read-yaml')
  return { script, input: JSON.stringify(files), timeoutMs, maxOutputBytes }
}

function* inParts(questions: readonly YamlQuestion[]): Generator<readonly YamlQuestion[]> {
  let part: YamlQuestion[] = []
  let bytes = 0
  for (const question of questions) {
    if (part.length > 0 && bytes + question.bytes.length > maxInputBytes) {
      yield part
      part = []
      bytes = 0
    }
    part.push(question)
    bytes += question.bytes.length
  }
  if (part.length > 0) yield part
}

function toReading(answer: z.output<typeof readingSchema> | null): KometaReading {
  if (answer === null) throw new Error('a question without its answer')
  if ('refused' in answer) return { kind: 'refused', refusal: answer.refused }
  return answer.same ? { kind: 'same' } : { kind: 'other', value: fromTree(answer.tree) }
}
