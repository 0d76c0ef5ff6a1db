import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { readPlainFile } from '../../util/files/plain-file.ts'
import { type AskPython, askPythonJson, PythonFailed } from '../install/ask-python.ts'
import { trustScript } from './trust-script.ts'
import { type TrustVariable, trustVariables } from './trust-variables.ts'

/** certifi's has 0.3 MB, a large company's some more. */
const maxAnswerBytes = 16 * 1024 * 1024

const textSchema = z.string().nullable()
const answerSchema = z.object({
  certifi: textSchema,
  system: textSchema,
  named: z.partialRecord(z.enum(trustVariables), textSchema),
})

/** By variable, what the file that it names shall hold. */
export type TrustFiles = Partial<Record<TrustVariable, string>>

export interface TrustOptions {
  ask: AskPython
  /** The user's environment, whose files count; a path that is not absolute begins at `cwd`. */
  env: NodeJS.ProcessEnv
  cwd: string
  /** False where Kometa's own session verifies nothing (`settings.verify_ssl`). */
  verifySsl: boolean
  /** PEM: what is to be trusted besides. */
  certificate: string
  signal: AbortSignal
}

/**
 * For each client of Kometa what it trusts without us, and one certificate more. Throws PythonFailed where that cannot be told: Kometa
 * must then keep what it has.
 */
export async function gatherTrust({
  ask,
  env,
  cwd,
  verifySsl,
  certificate,
  signal,
}: TrustOptions): Promise<TrustFiles> {
  const question = { script: trustScript, maxOutputBytes: maxAnswerBytes, signal }
  const { certifi, system, named } = await askPythonJson(ask, question, answerSchema)
  const ofUser = async (name: TrustVariable): Promise<string | null> => {
    const path = env[name]
    const inside = named[name]
    if (!path && inside === undefined) return null
    // The user's own first: an image does not see it while it is asked.
    const text = path ? await readPlainFile(resolve(cwd, path), maxAnswerBytes).then(latin1, () => null) : inside
    return certificates(text ?? null, name)
  }
  const forRequests = await ofUser('REQUESTS_CA_BUNDLE')
  const forCurl = await ofUser('CURL_CA_BUNDLE')
  const forSsl = await ofUser('SSL_CERT_FILE')
  const besides = forRequests ?? forCurl
  // In the order of curl_cffi, which takes this file for all of them once there is one.
  const curls = forCurl ?? forRequests ?? (system === null ? certificates(certifi, 'certifi') : null)
  const withOurs = (...texts: (string | null)[]) => [...texts.filter((text) => text !== null), certificate].join('\n')
  return {
    // Where this is set, requests verifies in a session that is told not to (sessions.py: merge_environment_settings).
    ...((verifySsl || besides !== null) && {
      REQUESTS_CA_BUNDLE: withOurs(besides ?? certificates(certifi, 'certifi')),
    }),
    SSL_CERT_FILE: forSsl === null ? withOurs(system, curls) : withOurs(forSsl),
  }
}

const latin1 = (bytes: Buffer): string => bytes.toString('latin1')

/** What holds no certificate would become a file that does, and Kometa would no longer fail on it as it should. */
function certificates(text: string | null, name: string): string {
  if (text?.includes('CERTIFICATE-----')) return text
  throw new PythonFailed(`the certificates of ${name} cannot be read`)
}

/** Writes them below a folder of ours, and gives the variables that name them. */
export async function writeTrust(files: TrustFiles, dir: string): Promise<Record<string, string>> {
  await mkdir(dir, { mode: 0o700 })
  const variables: Record<string, string> = {}
  for (const [name, text] of Object.entries(files)) {
    const path = join(dir, `${name.toLowerCase()}.pem`)
    await writeFile(path, text, { encoding: 'latin1', flag: 'wx', mode: 0o600 })
    variables[name] = path
  }
  return variables
}
