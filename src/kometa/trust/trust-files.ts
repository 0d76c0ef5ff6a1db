import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { readPlainFile } from '../../util/files/plain-file.ts'
import { type AskPython, askPythonJson, PythonFailed } from '../install/ask-python.ts'
import { readPythonProgram } from '../python/python-program.ts'
import { type TrustVariable, trustVariables } from './trust-variables.ts'

/** certifi's file has 0.3 MB; a large company's has a little more. */
const maxAnswerBytes = 16 * 1024 * 1024

const textSchema = z.string().nullable()
const answerSchema = z.object({
  certifi: textSchema,
  system: textSchema,
  named: z.partialRecord(z.enum(trustVariables), textSchema),
})

/** The content of the file that each variable names. */
export type TrustFiles = Partial<Record<TrustVariable, string>>

export interface TrustOptions {
  ask: AskPython
  /** The user's environment, whose certificate files are included; relative paths start at `cwd`. */
  env: NodeJS.ProcessEnv
  cwd: string
  /** False when Kometa's own session verifies nothing (`settings.verify_ssl`). */
  verifySsl: boolean
  /** The additional certificate to trust, as PEM. */
  certificate: string
  signal: AbortSignal
}

/**
 * Collects what each of Kometa's clients already trusts and adds one certificate. Throws PythonFailed if that cannot
 * be found out; Kometa must then keep its own certificates.
 */
export async function gatherTrust({
  ask,
  env,
  cwd,
  verifySsl,
  certificate,
  signal,
}: TrustOptions): Promise<TrustFiles> {
  const script = await readPythonProgram('trusted-certificates')
  const question = { script, maxOutputBytes: maxAnswerBytes, signal }
  const { certifi, system, named } = await askPythonJson(ask, question, answerSchema)
  const ofUser = async (name: TrustVariable): Promise<string | null> => {
    const path = env[name]
    const inside = named[name]
    if (!path && inside === undefined) return null
    // The user's file comes first, because a container does not see it while its interpreter is asked.
    const text = path ? await readPlainFile(resolve(cwd, path), maxAnswerBytes).then(latin1, () => null) : inside
    return certificates(text ?? null, name)
  }
  const forRequests = await ofUser('REQUESTS_CA_BUNDLE')
  const forCurl = await ofUser('CURL_CA_BUNDLE')
  const forSsl = await ofUser('SSL_CERT_FILE')
  const besides = forRequests ?? forCurl
  // In curl_cffi's order of precedence; it uses this one file for everything once the file exists.
  const curls = forCurl ?? forRequests ?? (system === null ? certificates(certifi, 'certifi') : null)
  const withOurs = (...texts: (string | null)[]) => [...texts.filter((text) => text !== null), certificate].join('\n')
  return {
    // If this is set, requests verifies even in a session that was told not to (sessions.py:
    // merge_environment_settings).
    ...((verifySsl || besides !== null) && {
      REQUESTS_CA_BUNDLE: withOurs(besides ?? certificates(certifi, 'certifi')),
    }),
    SSL_CERT_FILE: forSsl === null ? withOurs(system, curls) : withOurs(forSsl),
  }
}

const latin1 = (bytes: Buffer): string => bytes.toString('latin1')

/** Without this check, a file without certificates would become a valid one, and Kometa would not fail as it should. */
function certificates(text: string | null, name: string): string {
  if (text?.includes('CERTIFICATE-----')) return text
  throw new PythonFailed(`the certificates of ${name} cannot be read`)
}

/** Writes the files into one of our own folders and returns the variables that name them. */
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
