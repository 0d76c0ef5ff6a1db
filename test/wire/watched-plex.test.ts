import { expect, test } from 'vitest'
import { ownRequest, smallLibraries, startSamplePlex } from '../support/sample-plex.ts'

/** The sample Plex of every test looks at its own end whether it was only read: here it is shown what it must see. */

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

test('what was in the journal before it was cleared counts too', async () => {
  const plex = await startSamplePlex({ libraries: smallLibraries() })
  await fetch(`${plex.url}/library/sections`, { headers })
  plex.clearJournal()
  await expect(plex[Symbol.asyncDispose]()).rejects.toThrow(/is not one of a read/)
})

test('a test’s own read, marked as such, does not', async () => {
  expect(await after((url) => fetch(`${url}/library/sections`, { headers: { ...headers, ...ownRequest } }))).toBe(
    'untouched',
  )
})
