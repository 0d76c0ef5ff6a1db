import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { explainMissing } from '../../src/kometa/log/outcome/explain-missing.ts'
import {
  explainCritical,
  explainStop,
  kometaProblems,
  type StopExit,
  stoppedIn,
} from '../../src/kometa/log/outcome/explain-stop.ts'
import { createLogParser } from '../../src/kometa/log/read/log-parser.ts'
import { summarizeKometa } from '../support/summarize-kometa.ts'

const folder = join(import.meta.dirname, '..', 'fixtures', 'kometa-logs')

function recordOf(name: string, keep = Number.POSITIVE_INFINITY) {
  const parser = createLogParser()
  const source = name.endsWith('.log') ? 'meta' : 'console'
  const lines = readFileSync(join(folder, name), 'utf8').split('\n').slice(0, keep)
  return summarizeKometa([...lines.flatMap((line) => parser.feed(line, source)), ...parser.end()])
}
const ended: StopExit = { cause: 'exited', code: 0, signal: null, lastLines: ['| the last line |'] }
const mixed = recordOf('mixed.log')

describe('why Kometa stopped', () => {
  test.each([
    [
      'plex-unreachable.log',
      /^No library of the config could be used\. Movies: Plex Error: Plex URL is probably invalid$/,
    ],
    [
      'plex-token-refused.log',
      /^No library of the config could be used\. Movies: Plex Error: Plex token is invalid\. TV Shows: /,
    ],
    [
      'plex-maintenance.log',
      /^Plex is starting up or in maintenance\. Kometa stopped: Plex Critical Error: Response 503/,
    ],
    [
      'tmdb-unreachable.log',
      /^Kometa could not reach TMDb \(api\.themoviedb\.org\)\. Kometa stopped: TMDb Error: Failed to Connect/,
    ],
    [
      'github-unreachable.log',
      /^Kometa could not reach raw\.githubusercontent\.com, where it looks .* Kometa stopped: RetryError/,
    ],
    ['anime-ids-unreadable.log', /^Kometa could not load its list of anime ids from raw\.githubusercontent\.com\./],
    ['config-unreadable.log', /^Kometa could not read the run config\. Kometa stopped: YAML Error/],
    ['requirements-missing.stdout.txt', /^Kometa did not start: Requirements Error: .*No module named 'arrapi'/],
    ['no-packaging.stderr.txt', /^Kometa did not start: ModuleNotFoundError: No module named 'packaging'$/],
  ])('%s', (name, reason) => {
    const record = recordOf(name)
    expect(stoppedIn(record)).toBe('kometa')
    expect(explainStop(record, ended)?.reason).toMatch(reason)
    expect(kometaProblems(record, ended)).toEqual([expect.stringMatching(reason)])
    expect(explainMissing(record, ended, { title: 'Metropolis', library: 'Movies' }).reason).not.toMatch(/matched/)
  })
})

describe('which service could not be reached', () => {
  test('a service of the config that cannot be reached is named, not GitHub', () => {
    const text = 'RetryError[<Future at 0x1 state=finished raised ProxyError>]'
    // As in a traceback of 2.4.4: first where the request failed, then who made it.
    const critical = {
      text,
      refused: null,
      lines: [],
      library: null,
      modules: ['request', 'config', 'mdblist', 'mdblist'],
    }
    expect(explainCritical(critical).reason).toMatch(/^Kometa could not reach MDBList \(api\.mdblist\.com\)/)
  })

  test('GitHub’s API, which a `git:` file needs, is not mistaken for the version check', () => {
    const text = 'RetryError[<Future at 0x1 state=finished raised ProxyError>]'
    const critical = { text, refused: null, lines: [], library: null }
    const reason = (modules: string[]) => explainCritical({ ...critical, modules }).reason
    expect(reason(['config', 'library', 'meta', 'github', 'request'])).toMatch(
      /^Kometa could not reach api\.github\.com\./,
    )
    expect(reason(['request'])).toMatch(/^Kometa could not reach raw\.githubusercontent\.com, where it looks/)
  })
})

describe('how Kometa ended', () => {
  test('the log tells in which phase it broke off', () => {
    expect(stoppedIn(recordOf('removal.log'))).toBeNull()
    expect(stoppedIn(recordOf('library-crash.log'))).toBe('compile')
    expect(stoppedIn(recordOf('mixed.log', 200))).toBe('compile')
    const drawing = recordOf('mixed.log', 400)
    expect([drawing.runs.at(-1)?.items.length, stoppedIn(drawing)]).toEqual([expect.any(Number), 'apply'])
  })

  test('a run that finished was not stopped, whatever happened to its libraries', () => {
    expect(explainStop(mixed, ended)).toBeNull()
    expect(explainStop(recordOf('library-crash.log'), ended)).toBeNull()
    expect(kometaProblems(mixed, ended)).toEqual([
      "Kometa could not use the library Ghost: Plex Error: Plex Library 'Ghost' not found. " +
        "Options: ['Movies', 'TV Shows']",
    ])
    expect(kometaProblems(recordOf('removal.log'), ended)).toEqual([])
  })

  test('an end from outside is reported as one', () => {
    const cut = recordOf('mixed.log', 400)
    expect(explainStop(cut, { ...ended, cause: 'hung', code: null })?.reason).toMatch(/said nothing for too long/)
    expect(explainStop(cut, { ...ended, cause: 'cancelled', code: null })?.reason).toBe('The run was cancelled.')
    expect(explainStop(cut, { ...ended, code: null, signal: 'SIGKILL' })).toEqual({
      reason: 'Kometa ended before its run was finished (signal SIGKILL).',
      logLines: expect.arrayContaining(['| the last line |']),
      because: 'error',
    })
    const missing = { ...ended, cause: 'spawn_failed' as const, code: null, error: 'spawn python3 ENOENT' }
    expect(explainStop(recordOf('mixed.log', 0), missing)?.reason).toBe(
      'Kometa could not be started. spawn python3 ENOENT',
    )
  })

  test('a critical error within a library belongs to that library', () => {
    const crash = recordOf('library-crash.log')
    expect(crash.criticals).toMatchObject([{ library: { mapping: 'Movies' } }])
    expect(crash.runs.map(({ library, finished }) => [library.mapping, finished])).toEqual([
      ['Movies', false],
      ['TV Shows', true],
    ])
    expect(kometaProblems(crash, ended)).toEqual([
      expect.stringMatching(/^Library Movies: Kometa stopped: \(500\) internal_server_error/),
    ])
    expect(explainMissing(crash, ended, { title: 'Metropolis', library: 'Movies' }).reason).toMatch(
      /^Kometa stopped: \(500\)/,
    )
  })
})

describe('why an item has no poster', () => {
  const why = (title: string, library = 'Movies') => explainMissing(mixed, ended, { title, library })

  test('the item failed: Kometa’s words and lines', () => {
    expect(why('Marked')).toEqual({
      reason: expect.stringMatching(
        /^Kometa could not draw it: Overlay Error: This item's poster already has an Overlay/,
      ),
      logLines: expect.arrayContaining([
        '(3/8) Marked',
        'Overlays Attempted on Marked: Overlay File (0) Everything, Or Nearly',
      ]),
      because: 'error',
    })
    expect(why('No Poster').reason).toBe('Kometa could not draw it: Overlay Error: No poster found')
  })

  test('no overlay matched: the files and definitions that failed are named', () => {
    expect(why('Nothing Matches').reason).toBe(
      'No overlay matched this item. Overlay files that Kometa could not load: ' +
        'File Error: File does not exist /config/missing.yml. ' +
        'Definitions that failed: Missing Image ' +
        "(Overlay Error: Overlay image not found at 'config/overlays/nowhere.png'), " +
        "Bad Attribute (Overlay Error: 'nonsense' attribute not allowed in an Overlay File).",
    )
    expect(why('Nothing Matches').because).toBe('doubtful')
    expect(why('Another Show', 'TV Shows')).toEqual({
      reason: 'No overlay matched this item.',
      logLines: [],
      because: 'untouched',
    })
  })

  test('its library could not be used, or Kometa did not work on it', () => {
    expect(why('Metropolis', 'Ghost').reason).toMatch(/^Kometa could not use the library Ghost: Plex Error/)
    expect(why('Metropolis', 'Anime').reason).toBe('Kometa did not work on the library Anime.')
  })

  test('the result of another item with the same title is not used', () => {
    const [first, second] = mixed.runs[0]?.items.filter(({ title }) => title === 'Nosferatu') ?? []
    if (!first || !second) throw new Error('the fixture has two')
    expect(why('Nosferatu').reason).toMatch(/^Kometa says that it applied/)
    expect(
      explainMissing(mixed, ended, { title: 'Nosferatu', library: 'Movies' }, new Set([first, second])).reason,
    ).toMatch(/^No overlay matched/)
  })

  test('nothing to update, removal only, broken off', () => {
    const metropolis = { title: 'Metropolis', library: 'Movies' }
    expect(explainMissing(recordOf('cached.log'), ended, metropolis).reason).toMatch(
      /already has these overlays: Everything$/,
    )
    expect(explainMissing(recordOf('remove-overlays.log'), ended, metropolis).reason).toMatch(/remove_overlays: true/)
    // If no item has an overlay to remove, Kometa does not log that it removes all of them.
    const nothing = readFileSync(join(folder, 'remove-overlays.log'), 'utf8')
      .split('\n')
      .map((line) => line.replace('Removing All Overlays for the', 'No Overlays to Remove for the'))
    const parser = createLogParser()
    const record = summarizeKometa([...nothing.flatMap((line) => parser.feed(line)), ...parser.end()])
    expect(explainMissing(record, ended, metropolis).reason).toMatch(/remove_overlays: true/)
    const killed: StopExit = { ...ended, cause: 'cancelled', code: null }
    expect(explainMissing(recordOf('mixed.log', 200), killed, metropolis).reason).toBe('The run was cancelled.')
    expect(explainMissing(recordOf('mixed.log', 200), killed, metropolis).because).toBe('cancelled')
    for (const log of ['cached.log', 'remove-overlays.log']) {
      expect([log, explainMissing(recordOf(log), ended, metropolis).because]).toEqual([log, 'untouched'])
    }
  })
})
