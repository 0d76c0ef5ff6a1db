import type { JobConfig } from '../../config/read/user-config.ts'
import { get, textOf } from '../../config/yaml/yaml-value.ts'
import { type Probe, probeHost } from '../../gate/probe.ts'
import type { Findings } from './findings.ts'

/** A clock that is wrong by more than this breaks TLS and makes times in logs useless. */
const maxClockSkewMs = 5 * 60_000
const githubFile = 'https://raw.githubusercontent.com/Kometa-Team/Kometa/master/VERSION'

/** The answers of the hosts that Kometa needs to start. */
interface Outside {
  /** null without a config. */
  hasKey: boolean | null
  tmdb: Probe
  github: Probe
}

/** Asks TMDb, with the config's key, and GitHub at the same time. */
export async function askOutside(config: JobConfig | null, env: NodeJS.ProcessEnv): Promise<Outside> {
  const key = config === null ? '' : textOf(get(config.document, 'tmdb', 'apikey'))
  const query = key === '' ? '' : `?api_key=${encodeURIComponent(key)}`
  const [tmdb, github] = await Promise.all([
    probeHost(`https://api.themoviedb.org/3/configuration${query}`, env),
    probeHost(githubFile, env),
  ])
  return { hasKey: config === null ? null : key !== '', tmdb, github }
}

/** Checks the hosts that Kometa needs to start, and the clock by the time that they tell. */
export function checkOutside({ hasKey, tmdb, github }: Outside, now: number, findings: Findings): void {
  const fix = 'Kometa does not start without it: get one at themoviedb.org, Settings, API, and put it there.'
  if (hasKey === false) findings.add('tmdb-key', 'TMDb key', 'problem', 'tmdb.apikey is missing in the config', fix)
  else if (hasKey) findings.add('tmdb-key', 'TMDb key', 'ok', 'the config has one')
  checkTmdb(tmdb, hasKey === true, findings)
  checkGithub(github, findings)
  checkClock([tmdb, github], now, findings)
}

function checkTmdb(tmdb: Probe, hasKey: boolean, { add }: Findings): void {
  const network = 'Kometa does not start without it: check network, DNS and HTTPS_PROXY.'
  if (!tmdb.reached) {
    add('tmdb', 'TMDb', 'problem', `api.themoviedb.org cannot be reached (${tmdb.why})`, network)
    return
  }
  // Without a key, 401 is TMDb's usual answer.
  const { status } = tmdb
  if (status === 401 && hasKey) {
    const fix = 'Copy the key (API Key, v3) from themoviedb.org, Settings, API.'
    add('tmdb', 'TMDb', 'problem', 'can be reached, and refuses tmdb.apikey', fix)
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
    const fix = 'It is looked at once TMDb or GitHub can be reached.'
    add('clock', 'Clock', 'skipped', 'no host was reached that tells the time', fix)
    return
  }
  const skewMs = now - told.date.getTime()
  if (Math.abs(skewMs) <= maxClockSkewMs) add('clock', 'Clock', 'ok', 'right')
  else {
    const detail = `${Math.round(Math.abs(skewMs) / 60_000)} min ${skewMs > 0 ? 'fast' : 'slow'}`
    add('clock', 'Clock', 'warning', detail, 'Set the clock of this machine: certificates are judged by it.')
  }
}
