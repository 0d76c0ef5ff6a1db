import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

/*
 * The machine's clock may be changed at any moment, so durations and timeouts use performance.now() or a timer.
 * Everything that asks for the time of day is listed here with its purpose: to show it, to name something, or to
 * compare it with a time that an earlier process wrote down.
 */

const asks: Readonly<Record<string, string>> = {
  'src/cli/demo.ts': 'names a job',
  'src/cli/proxy.ts': 'names a folder',
  'src/cli/run.ts': 'names a job',
  'src/config/run-config/real-run/real-run-notes.ts': "Kometa's schedules go by the day",
  'src/config/workspace/stale-workspaces.ts': 'the age of what another process left; a living owner is asked first',
  'src/config/trust/secret-vault.ts': 'the age of what is kept over restarts, in both directions',
  'src/config/trust/trust.ts': 'the same',
  'src/demo/': 'plays a Plex and a Kometa, which stamp what they write',
  'src/gate/authority/authority.ts': 'the dates of a certificate',
  'src/gate/gate-entries.ts': 'shown',
  'src/gate/service-proxy.ts': 'shown',
  'src/kometa/launch/bytecode.ts': 'marks as used',
  'src/kometa/install/setup-code.ts': 'shown',
  'src/kometa/install/setup.ts': 'shown',
  'src/proxy/capture/store.ts': 'names a capture that has no time',
  'src/proxy/clock.ts': 'shown; set anew when the two clocks drift apart',
  'src/proxy/memo/read-memo.ts': 'names a file',
  'src/run/doctor/doctor.ts': "compared with Plex's clock, which is what it checks",
  'src/run/verify/fingerprint.ts': "shown, and compared with Plex's own times",
  'src/run/job-folder/job-lock.ts': 'where our own claim cannot be looked at; who seems dead is watched',
  'src/run/kometas/run-one.ts': 'shown',
  'src/run/summary/summary.ts': 'shown',
  'src/run/summary/unfaithful.ts': 'dates in the config of tokens that end',
  'src/server/connect/connection.ts': 'shown',
  'src/server/jobs/store/age-clock.ts': 'ages over restarts: it notices a jump',
  'src/server/jobs/store/studio-job-record.ts': 'shown',
  'src/server/json-file.ts': 'shown, in the name of a damaged file',
  'src/server/jobs/runner/finish-job.ts': 'shown; the duration stands beside it',
  'src/server/jobs/store/recover-jobs.ts': 'shown',
  'src/server/library/index-store.ts': 'the age of an index over restarts, in both directions',
  'src/server/library/read-library.ts': 'written down for the next start',
  'src/server/pictures/thumbnails.ts': 'marks as used',
  'src/server/saved-sets.ts': 'shown',
  'src/server/jobs/start/queue-job.ts': 'names a job',
  'src/util/beneath/beneath.ts': 'marks as used',
  'src/util/job-log.ts': 'shown',
  'src/util/time/steady-clock.ts': 'once; from then on it runs by performance.now()',
}

const root = fileURLToPath(new URL('..', import.meta.url))
const asking = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .map((name) => `src/${name.replaceAll('\\', '/')}`)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .filter((name) => /\bDate\.now\b|\bnew Date\(\)|\bDate\(\)/.test(readFileSync(join(root, name), 'utf8')))

test('everything that asks for the time of day is listed', () => {
  const isListed = (name: string) =>
    Object.keys(asks).some((one) => (one.endsWith('/') ? name.startsWith(one) : name === one))
  expect(asking.filter((name) => !isListed(name))).toEqual([])
})

test('the list names only files that do so', () => {
  expect(Object.keys(asks).filter((one) => !asking.some((name) => name.startsWith(one)))).toEqual([])
})
