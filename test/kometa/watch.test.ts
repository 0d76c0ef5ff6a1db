import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { summarySchema } from '../../src/contract/summary.ts'
import { cli, seen, startCli } from '../cli/cli.ts'
import { type OutsideWorld, startOutsideWorld } from '../support/network/outside-world.ts'
import { startSamplePlex } from '../support/sample-plex.ts'
import { config, film, media, movies, overlays, text } from './make.ts'
import { writeUserFolder } from './user-folder.ts'

const kometaHome = process.env.KOMETA_HOME
/** The most requests for Kometa after an edit of one overlay file. */
const mostAfterEdit = 10

let scratch = ''
let outside: OutsideWorld | undefined
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'kometa-watch-'))
  outside = await startOutsideWorld(join(scratch, 'outside'), {})
})
afterAll(async () => {
  await outside?.[Symbol.asyncDispose]()
  await rm(scratch, { recursive: true, force: true })
})

test.skipIf(!kometaHome)('run --watch: an edit of one overlay file, a broken one, Ctrl-C', async () => {
  const films = Array.from({ length: 40 }, (_, index) =>
    film(String(101 + index), `Film ${index}`, {
      year: 1920 + index,
      media: [media((['4k', '1080', '720', '480'] as const)[index % 4] ?? '4k')],
    }),
  )
  await using plex = await startSamplePlex({ libraries: [movies(films)] })
  const user = join(scratch, 'user')
  const badges = (words: string) =>
    overlays({ Badge: { plex_search: { all: { 'year.gte': 1900 } }, overlay: text(words) } })
  const folder = {
    'config/config.yml': config({
      Movies: { overlay_files: [{ default: 'resolution' }, { file: 'config/badges.yml' }] },
    }),
    'config/badges.yml': badges('First'),
  }
  await writeUserFolder(user, folder, plex, kometaHome ?? '')
  const job = join(scratch, 'job')
  const args = [
    'run',
    '--config',
    join(user, 'config/config.yml'),
    '--out',
    job,
    '--data',
    join(scratch, 'data'),
    '--port',
    '1',
  ]
  const targets = ['101', '102', '103', '104', '105'].flatMap((key) => ['--target', key])
  const env = {
    ...outside?.env,
    KOMETA_HOME: kometaHome,
    KOMETA_PYTHON: process.env.KOMETA_PYTHON,
    HOME: process.env.HOME,
  }
  const { child, done } = startCli([...args, ...targets, '--watch'], env)
  const summary = async () => summarySchema.parse(JSON.parse(await readFile(join(job, 'output/summary.json'), 'utf8')))
  const file = join(user, 'config/badges.yml')

  await seen(child, 'stderr', /Waiting for a change/)
  const first = await summary()
  expect(first.status, first.problems.join()).toBe('success')

  plex.clearJournal()
  const again = seen(child, 'stderr', /Changed: Film 0.*Film 4[\s\S]*Waiting/)
  await writeFile(file, badges('Second'))
  await again
  const second = await summary()
  expect(second.status).toBe('success')
  // Without the requests that are counted separately: the self-check, the before pictures, the verification.
  const targetsOfSecond = plex.journal.map(({ target }) => target)
  const ours = second.scope[0]?.requests.self_check ?? 0
  const count = targetsOfSecond.length - ours - second.verification.requests - second.targets.length
  expect(count, targetsOfSecond.join('\n')).toBeLessThanOrEqual(mostAfterEdit)
  console.log(`after an edit: ${count} requests for Kometa, ${targetsOfSecond.length} in all`)

  // The pictures equal those of a preview that remembers nothing.
  const other = [...args.slice(0, 4), join(scratch, 'alone'), ...args.slice(5), ...targets]
  const alone = await cli(other, env)
  expect(alone.code, alone.stderr).toBe(0)
  const lone = summarySchema.parse(JSON.parse(await readFile(join(scratch, 'alone/output/summary.json'), 'utf8')))
  expect(second.targets.map(({ after }) => after?.sha256)).toEqual(lone.targets.map(({ after }) => after?.sha256))

  const refused = seen(child, 'stderr', /kometa-preview: [^\n]*badges\.yml[^\n]*line[\s\S]*Waiting/)
  await writeFile(file, 'overlays: {Badge: [\n')
  await refused
  child.kill('SIGINT')
  expect((await done).code).toBe(0)
  expect(plex.writes).toEqual([])
})
