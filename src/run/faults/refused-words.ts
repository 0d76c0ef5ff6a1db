import { resolve } from 'node:path'
import type { JobConfig } from '../../config/job-config.ts'
import { findOverlayFile } from '../../config/overlay-paths.ts'
import { readOrNull } from '../../config/yaml/yaml-files.ts'
import { get, textOf } from '../../config/yaml-value.ts'
import { normalizeHost } from '../../gate/judge-host.ts'
import type { LoggedFault } from '../../kometa/faults/fault-recorder.ts'
import type { LoggedFile } from '../../kometa/log-events.ts'
import type { HostCount } from '../start-gate.ts'
import { isOwn } from './fault-places.ts'

/** What the gate did not let through, or could not reach. */
export type Refusal = Pick<HostCount, 'host' | 'port' | 'verdict' | 'reason'>

/** Kometa names the address of an image that was answered with an error (overlay.py:217-221). */
const namedAddress = /'(https?:\/\/[^']+)'/
/** After six tries in 50 s it names the kind of the error alone (request.py:165). */
const unnamed = /\b(?:RetryError|ProxyError|ConnectionError|SSLError|ConnectTimeout)\b/

/**
 * Why a definition came to nothing, by the request itself: what was asked for and why the gate refused it. null where no
 * request of it was refused.
 */
export async function refusedWords(
  { definition, words }: Pick<LoggedFault, 'definition' | 'words'>,
  file: LoggedFile | null,
  config: JobConfig,
  refusals: readonly Refusal[],
): Promise<string | null> {
  const named = namedAddress.exec(words)?.[1]
  if (named !== undefined) return explain(named, refusals)
  if (definition === null || !unnamed.test(words) || !isOwn(file)) return null
  const own = await addressIn(definition, file, config)
  const explained = own === null ? null : explain(own, refusals)
  return explained === null ? null : `${explained} (Kometa asked for it again and again, for 50 s)`
}

function explain(address: string, refusals: readonly Refusal[]): string | null {
  if (!URL.canParse(address)) return null
  const { protocol, hostname, port: given } = new URL(address)
  const port = Number(given || (protocol === 'https:' ? 443 : 80))
  const host = normalizeHost(hostname)
  const refused = refusals.find(
    (one) => one.verdict === 'block' && one.port === port && normalizeHost(one.host) === host,
  )
  return refused === undefined ? null : `the image ${address} was not fetched: ${refused.reason}`
}

async function addressIn(definition: string, file: LoggedFile | null, config: JobConfig): Promise<string | null> {
  const path = file === null ? undefined : await findOverlayFile(resolve(config.kometaCwd, file.path))
  const document = path === undefined ? null : await readOrNull(config.files, path)
  const address = document === null ? '' : textOf(get(document, 'overlays', definition, 'overlay', 'url'))
  return address === '' || address.includes('<<') ? null : address
}
