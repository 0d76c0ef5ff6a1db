import { expect, test } from 'vitest'
import { serviceNeed } from '../../src/kometa/log/outcome/needed-services.ts'
import type { KometaEventBody } from '../../src/kometa/log/read/log-events.ts'
import { summarizeKometa } from '../support/summarize-kometa.ts'

const library = { mapping: 'Films', title: 'Films' }

function runOf(...bodies: KometaEventBody[]) {
  const events = [{ type: 'library_started' as const, library }, ...bodies].map((body, at) => ({
    ...body,
    seq: at,
    at: 0,
  }))
  const [run] = summarizeKometa(events).runs
  if (!run) throw new Error('no run')
  return run
}
const matched = (name: string, text: string): KometaEventBody => ({
  type: 'definition_matched',
  library,
  name,
  items: 1,
  file: 0,
  matched: {
    name,
    full: `Overlay File (0) ${name}`,
    file: 0,
    items: 1,
    titles: null,
    overlay: { name: text, group: null, queue: null, weight: null },
    suppresses: [],
  },
})

test("a service that no overlay needs is not reported, because Kometa's template names all of them", () => {
  const run = runOf(matched('4K', 'text(4K)'))
  for (const name of ['Trakt', 'My Anime List', "Films library's Radarr", "Films library's Sonarr", 'MDBList'])
    expect(serviceNeed(name, run)).toBeNull()
})

test('a text that needs the service’s value, and a definition that was dropped without it', () => {
  const reason = "Overlay Error: 'trakt_list' requires Trakt to be configured"
  const run = runOf(matched('rating', 'text(<<trakt_user_rating>>)'), matched('mal', 'text(<<mal_rating>>)'), {
    type: 'definition_failed',
    library,
    name: 'listed',
    reason,
    blank: false,
  })
  expect(serviceNeed('Trakt', run)).toEqual({ label: 'Trakt', dropped: ['listed'], texts: ['Overlay File (0) rating'] })
  expect(serviceNeed('My Anime List', run)).toEqual({
    label: 'MyAnimeList',
    dropped: [],
    texts: ['Overlay File (0) mal'],
  })
})
