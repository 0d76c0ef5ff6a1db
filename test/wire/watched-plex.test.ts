import { expect, test } from 'vitest'
import { ownRequest, smallLibraries, startSamplePlex } from '../support/sample-plex.ts'

/** At the end of every test the sample Plex checks that it was only read; this test shows it what it must see. */

const headers = { 'X-Plex-Token': 'sample-plex-token-01', 'X-Plex-Client-Identifier': 'a' }

async function after(act: (url: string) => Promise<unknown>): Promise<string> {
  const plex = await startSamplePlex({ libraries: smallLibraries() })
  await act(plex.url)
  return plex[Symbol.asyncDispose]().then(
    () => 'untouched',
    (error: Error) => error.message,
  )
}

test.each<[string, (url: string) => Promise<unknown>, RegExp]>([
  [
    'a write',
    (url) => fetch(`${url}/library/metadata/101/posters`, { method: 'POST', headers, body: 'a' }),
    /it is a write: "POST/,
  ],
  [
    'a GET that changes something',
    (url) => fetch(`${url}/:/scrobble?key=101`, { headers }),
    /the state of Plex has changed/,
  ],
  [
    'a write that is marked as the test’s own',
    (url) => fetch(`${url}/:/scrobble?key=101`, { headers: { ...headers, ...ownRequest } }),
    /the state of Plex has changed/,
  ],
  [
    'a read that is not canonical',
    (url) => fetch(`${url}/library/sections`, { headers }),
    /the header .* is not one of a read: "GET/,
  ],
])('%s fails the test', async (_name, act, said) => {
  expect(await after(act)).toMatch(said)
})

test('entries from before the journal was cleared count too', async () => {
  const plex = await startSamplePlex({ libraries: smallLibraries() })
  await fetch(`${plex.url}/library/sections`, { headers })
  plex.clearJournal()
  await expect(plex[Symbol.asyncDispose]()).rejects.toThrow(/is not one of a read/)
})

test('a test’s own read, marked as such, does not fail it', async () => {
  expect(await after((url) => fetch(`${url}/library/sections`, { headers: { ...headers, ...ownRequest } }))).toBe(
    'untouched',
  )
})
