import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { GateEntry } from '../../src/gate/gate-entries.ts'
import { startServiceProxy } from '../../src/gate/service-proxy.ts'

const { KOMETA_HOME: home, KOMETA_PYTHON: python } = process.env
const script = fileURLToPath(new URL('kometa_services.py', import.meta.url))
const missing = home === undefined || python === undefined
if (missing)
  process.stderr.write(
    '\nSKIPPED: Kometa’s own reads of Radarr, Sonarr and Tautulli (needs KOMETA_HOME and KOMETA_PYTHON)\n\n',
  )

const movie = {
  id: 1,
  title: 'Nosferatu',
  tmdbId: 653,
  tvdbId: 7,
  path: '/films/N',
  tags: [1],
  year: 1922,
  monitored: true,
  qualityProfileId: 1,
}
const answers: readonly [pattern: RegExp, answer: unknown][] = [
  [/^\/api\/v3\/system\/status$/, { version: '5.1.0' }],
  [/^\/api\/v3\/rootFolder$/, [{ id: 1, path: '/films' }]],
  [/^\/api\/v3\/(qualityProfile|languageProfile)$/, [{ id: 1, name: 'HD' }]],
  [/^\/api\/v3\/(movie|series)$/, [movie]],
  [/^\/api\/v3\/(movie|series)\/1$/, movie],
  [/^\/api\/v3\/tag(\/detail)?$/, [{ id: 1, label: 'a' }]],
  [/^\/api\/v3\/(exclusions|importlistexclusion)$/, []],
]
const home_stats = [{ stat_id: 'popular_movies', rows: [] }]

/** The services as Kometa 2.4 and arrapi use them: every read passes, no write does. */
test.skipIf(missing)(
  'the real Kometa reads Radarr, Sonarr and Tautulli, and writes to none',
  { timeout: 120_000 },
  async () => {
    const arrived: string[] = []
    const origin = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://x')
      const command = url.searchParams.get('cmd')
      arrived.push(`${request.method} ${url.pathname}${command === null ? '' : ` ${command}`}`)
      const data = command === 'get_tautulli_info' ? { tautulli_version: 'v2.14.0' } : home_stats
      const found =
        url.pathname === '/api/v2'
          ? { response: { result: 'success', message: null, data } }
          : answers.find(([pattern]) => pattern.test(url.pathname))?.[1]
      response
        .writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' })
        .end(JSON.stringify(found ?? { message: 'none' }))
    })
    await new Promise<void>((resolve) => origin.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`
    const entries: GateEntry[] = []
    const start = (service: 'radarr' | 'sonarr' | 'tautulli') =>
      startServiceProxy({ service, url, verifySsl: true, plex: [], onEntry: (entry) => entries.push(entry) })
    await using radarr = await start('radarr')
    await using sonarr = await start('sonarr')
    await using tautulli = await start('tautulli')
    const urls = JSON.stringify({ radarr: radarr.url, sonarr: sonarr.url, tautulli: tautulli.url })
    const { stdout } = await promisify(execFile)(python ?? '', ['-B', script, home ?? '', urls], { cwd: home })
    await new Promise((resolve) => origin.close(resolve))

    const said = JSON.parse(stdout) as Record<string, string>
    expect(said).toMatchObject({
      'radarr ids': "[(653, 'tmdb')]",
      'radarr tags': "[(653, 'tmdb')]",
      'sonarr ids': "[(7, 'tvdb')]",
      'radarr one': "'Nosferatu'",
      'sonarr one': "'Nosferatu'",
      'radarr exclusions': '[]',
      'sonarr exclusions': '[]',
      tautulli: '[]',
    })
    const writes = Object.entries(said).filter(([name]) => name.startsWith('write'))
    expect(writes).toHaveLength(9)
    // arrapi raises; Tautulli's answer reports no success. In both cases Kometa learns why.
    for (const [name, words] of writes)
      expect([name, words]).toEqual([name, expect.stringMatching(/read only in a preview|not a known read/)])
    expect(arrived.filter((line) => !line.startsWith('GET ') || /delete|command/.test(line))).toEqual([])
    expect(arrived.length).toBeGreaterThan(10)
    expect(entries.filter(({ verdict }) => verdict === 'block')).toHaveLength(9)
  },
)
