import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { describe, expect, test } from 'vitest'
import { createPlexReader } from '../../src/plex/items/reads.ts'
import { preflight } from '../../src/plex/upstream/preflight.ts'
import { connectToSeenPlex } from '../support/seen-plex.ts'
import { address, json, openOddServer, openSamplePlex } from './open-plex.ts'
import { movies } from './sample-libraries.ts'

describe('before anything starts', () => {
  test('a good server says who it is, and refuses a read without the token', async () => {
    await using open = await openSamplePlex({ libraries: [movies], friendlyName: 'Attic', version: '1.42.0' })
    const { plex, connection, reader } = open
    expect(await preflight(connection, reader)).toEqual({
      machineIdentifier: plex.machineIdentifier,
      name: 'Attic',
      version: '1.42.0',
      tokenIsBarrier: true,
      sections: [expect.objectContaining({ key: '1', title: 'Movies' })],
      digests: new Map([
        ['/', expect.stringMatching(/^[0-9a-f]{64}$/)],
        ['/library/sections', (await reader.sections()).digest],
      ]),
    })
    const [first, ...more] = plex.journal.map(({ target }) => target)
    expect(first).toBe('/identity')
    expect(more.toSorted()).toEqual(['/', ...Array(3).fill('/library/sections')])
    expect(plex.writes).toEqual([])
  })

  test('a server that answers without a token has no barrier', async () => {
    await using open = await openSamplePlex({ libraries: [movies], allowWithoutToken: true })
    expect((await preflight(open.connection, open.reader)).tokenIsBarrier).toBe(false)
  })

  test('a path prefix works', async () => {
    await using open = await openSamplePlex({ libraries: [movies], pathPrefix: '/plex' })
    expect((await preflight(open.connection, open.reader)).tokenIsBarrier).toBe(true)
  })

  test('a server that fails without a token does not prove that it demands one', async () => {
    await using odd = await openOddServer((request, response) =>
      request.headers['x-plex-token'] || request.url === '/identity'
        ? json(response, { machineIdentifier: 'm1', friendlyName: 'Odd', version: '1' })
        : response.writeHead(500).end(),
    )
    expect((await preflight(odd.connection, createPlexReader(odd.connection))).tokenIsBarrier).toBe(false)
  })

  test('a wrong token', async () => {
    await using open = await openSamplePlex({ libraries: [movies], witness: { token: 'wrong-token' } })
    await using connection = connectToSeenPlex(address(open.plex.url, 'wrong-token'))
    const failure = preflight(connection, createPlexReader(connection))
    await expect(failure).rejects.toMatchObject({ code: 'PLEX_TOKEN_REFUSED', exitCode: 2 })
    await expect(failure).rejects.not.toMatchObject({ message: expect.stringContaining('wrong-token') })
  })

  test.each([
    ['a page of HTML', 200, '<html>', 'PLEX_NOT_A_SERVER'],
    ['other JSON', 200, '{"ok":true}', 'PLEX_NOT_A_SERVER'],
    ['no such path', 404, '', 'PLEX_NOT_A_SERVER'],
    ['a redirect', 301, '', 'PLEX_NOT_A_SERVER'],
    ['a refusal', 401, '', 'PLEX_NOT_A_SERVER'],
    ['a password prompt', 403, '', 'PLEX_NOT_A_SERVER'],
    ['maintenance', 503, '', 'PLEX_UNREACHABLE'],
    ['a bad gateway', 502, '', 'PLEX_UNREACHABLE'],
  ])('%s', async (_what, status, body, code) => {
    let requests = 0
    await using odd = await openOddServer((_request, response) => {
      requests += 1
      response.writeHead(status, { location: '/identity' }).end(body)
    })
    await expect(preflight(odd.connection, createPlexReader(odd.connection))).rejects.toMatchObject({
      code,
      exitCode: 2,
      hint: expect.stringMatching(/\w/),
    })
    expect(requests).toBe(1)
  })

  test('nothing listens', async () => {
    const odd = await openOddServer(() => undefined)
    await odd[Symbol.asyncDispose]()
    await using connection = connectToSeenPlex(address(odd.url))
    await expect(preflight(connection, createPlexReader(connection))).rejects.toMatchObject({
      code: 'PLEX_UNREACHABLE',
      exitCode: 2,
    })
  })

  test('a port that closes every connection', async () => {
    const server = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    await using connection = connectToSeenPlex(address(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
    try {
      await expect(preflight(connection, createPlexReader(connection))).rejects.toMatchObject({
        code: 'PLEX_UNREACHABLE',
        hint: expect.stringContaining('https://'),
      })
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })

  test('the end of the job ends the check', async () => {
    const job = new AbortController()
    const reason = new Error('the job was cancelled')
    await using odd = await openOddServer(() => job.abort(reason))
    const { signal } = job
    await expect(preflight(odd.connection, createPlexReader(odd.connection, { signal }), { signal })).rejects.toBe(
      reason,
    )
  })
})
