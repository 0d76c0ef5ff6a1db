import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../contract/errors.ts'
import { checkPairs } from '../../trust/check-pairs.ts'
import type { KeptSecrets } from '../../trust/secret-vault.ts'
import type { Trust } from '../../trust/trust.ts'
import { isMap } from '../../yaml/yaml-value.ts'
import type { LoadOptions } from '../load-options.ts'
import type { ConfigSource, SourceFiles } from '../read-source.ts'
import { readKometaEnv } from './kometa-env.ts'
import {
  collectSecrets,
  ownSecretPrefix,
  type Secrets,
  type Substituted,
  secretName,
  substituteSecrets,
} from './secrets.ts'

/**
 * Fills the secrets into a config and checks where each would be sent: a secret goes only to an address of the same
 * source. Throws SECRETS_GONE and SECRET_NOT_SENT.
 */
export async function putSecretsIn(
  source: ConfigSource,
  files: SourceFiles & { text: string },
  options: LoadOptions,
): Promise<{ secrets: Secrets; substituted: Substituted }> {
  const kept = source.kind === 'job' ? await openKept(source.jobDir, files, options.trust) : null
  const hasEnvironment = options.withoutEnvironment !== true && (kept === null || kept.mayUseEnvironment)
  const { env, dotenv } = hasEnvironment ? await readKometaEnv(options) : { env: {}, dotenv: null }
  const typed = new Set(Object.keys(options.secrets ?? {}).map(secretName))
  const ofThisJob = Object.entries(kept?.secrets ?? {}).filter(([name]) => !typed.has(name))
  const secrets = collectSecrets({ ...Object.fromEntries(ofThisJob), ...options.secrets }, env, dotenv)
  const keptNames = new Set(ofThisJob.map(([name]) => name))
  const substituted = substituteSecrets(files.document, secrets.values)
  checkKept(substituted, kept)

  const own = new Set<string>()
  if (source.kind === 'config' || kept?.mayUseEnvironment || (await isKometasOwn(files.basePath, options.kometaDir)))
    own.add(files.basePath)
  await checkPairs(
    {
      document: isMap(substituted.value) ? substituted.value : new Map(),
      fileOf: files.fileOf,
      filled: substituted.filled,
      secrets,
      isOfItsFile: ({ name, path }) => keptNames.has(name) && files.fileOf(path) === files.basePath,
      preview: {
        file: files.previewPath,
        fingerprint: files.preview.plex_fingerprint !== undefined,
        exposeToken: files.preview.expose_token,
      },
    },
    { own, trusted: options.trust?.pairs ?? null, trustJob: options.trustJob === true, howToTrust: howToTrust(source) },
  )
  return { secrets, substituted }
}

/** Opens what was kept for this job and for the config as it is read now. */
async function openKept(
  jobDir: string,
  { text, document }: SourceFiles & { text: string },
  trust: Trust | undefined,
): Promise<KeptSecrets | null> {
  const kept = (await trust?.vault.open(jobDir, text, { use: true })) ?? null
  return kept?.usesAreThose(document) ? kept : null
}

const howToTrust =
  (source: ConfigSource) =>
  (files: string): string =>
    source.kind === 'job'
      ? `If you wrote ${files}, or have read it, say so once: run the job from the command line with --trust-job.`
      : `If ${files} is yours, say so once: connect it in the studio, or name it on the command line with --config.`

/** Whether the path is the config in the Kometa checkout that the user or the environment has named. */
async function isKometasOwn(path: string, kometaDir: string | undefined): Promise<boolean> {
  if (kometaDir === undefined) return false
  const own = await realpath(join(kometaDir, 'config', 'config.yml')).catch(() => null)
  return own !== null && own === (await realpath(path).catch(() => null))
}

/** Throws SECRETS_GONE if the secrets behind names that the studio gave are no longer kept. */
function checkKept({ unresolved }: Substituted, kept: KeptSecrets | null): void {
  const gone = unresolved.filter(({ name }) => name.startsWith(ownSecretPrefix))
  if (gone.length === 0) return
  const why =
    kept === null
      ? 'the secrets of this job are not kept here, or its config was changed since'
      : `the secrets of this job were kept until ${kept.keptUntil.toISOString()}`
  throw new AppError('SECRETS_GONE', `${why}: ${gone.map(({ path }) => path.join('.')).join(', ')}`, {
    hint: 'Run it again in the studio, which asks for them.',
    details: gone.map(({ name, path }) => `or give ${path.join('.')} with --secret ${name}=VALUE and --trust-job`),
  })
}
