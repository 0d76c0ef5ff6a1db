import type { JobConfig } from '../../config/job-config.ts'
import { get, textOf } from '../../config/yaml-value.ts'
import { type Probe, probeHost } from '../../gate/probe.ts'
import type { Findings } from './findings.ts'

/** A clock that is further off than this breaks TLS and makes log times useless. */
const maxClockSkewMs = 5 * 60_000
const githubFile = 'https://raw.githubusercontent.com/Kometa-Team/Kometa/master/VERSION'

/** The hosts without which Kometa does not start, and the time that they tell. */
export async function checkOutside(
  config: JobConfig | null,
  env: NodeJS.ProcessEnv,
  now: () => number,
  findings: Findings,
): Promise<void> {
  const key = config === null ? '' : textOf(get(config.document, 'tmdb', 'apikey'))
  const query = key === '' ? '' : `?api_key=${encodeURIComponent(key)}`
  const [tmdb, github] = await Promise.all([
    probeHost(`https://api.themoviedb.org/3/configuration${query}`, env),
    probeHost(githubFile, env),
  ])
  if (config !== null && key === '') {
    const fix = 'Kometa does not start without it: themoviedb.org, Settings, API.'
    findings.add('tmdb-key', 'TMDb key', 'problem', 'tmdb.apikey is missing', fix)
  }
  checkTmdb(tmdb, key !== '', findings)
  checkGithub(github, findings)
  checkClock([tmdb, github], now(), findings)
}

function checkTmdb(tmdb: Probe, hasKey: boolean, { add }: Findings): void {
  const network = 'Kometa does not start without it: check network, DNS and HTTPS_PROXY.'
  if (!tmdb.reached) {
    add('tmdb', 'TMDb', 'problem', `api.themoviedb.org cannot be reached (${tmdb.why})`, network)
    return
  }
  // Without a key 401 is what TMDb says when all is well.
  const { status } = tmdb
  if (status === 401 && hasKey) {
    const fix = 'Copy the key (API Key, v3) from themoviedb.org, Settings, API.'
    add('tmdb', 'TMDb', 'problem', 'TMDb refuses tmdb.apikey', fix)
  } else if (status === 200 || status === 401) {
    add('tmdb', 'TMDb', 'ok', hasKey ? 'can be reached and takes the key' : 'can be reached')
  } else add('tmdb', 'TMDb', 'warning', `api.themoviedb.org answers with status ${status}`, 'Try again later.')
}

function checkGithub(github: Probe, { add }: Findings): void {
  const fix = 'Kometa waits 50 s for it and ends: check network, DNS and HTTPS_PROXY.'
  if (!github.reached) {
    add('github', 'GitHub', 'problem', `raw.githubusercontent.com cannot be reached (${github.why})`, fix)
  } else if (github.status === 200) add('github', 'GitHub', 'ok', 'can be reached')
  else add('github', 'GitHub', 'problem', `raw.githubusercontent.com answers with status ${github.status}`, fix)
}

function checkClock(probes: readonly Probe[], now: number, { add }: Findings): void {
  const told = probes.find((probe) => probe.reached && probe.date !== null)
  if (!told?.reached || told.date === null) {
    add('clock', 'Clock', 'skipped', 'no host was reached that tells the time')
    return
  }
  const skewMs = now - told.date.getTime()
  if (Math.abs(skewMs) <= maxClockSkewMs) add('clock', 'Clock', 'ok', 'right')
  else {
    const detail = `${Math.round(Math.abs(skewMs) / 60_000)} min ${skewMs > 0 ? 'fast' : 'slow'}`
    add('clock', 'Clock', 'warning', detail, 'Set the clock of this machine: certificates are judged by it.')
  }
}
