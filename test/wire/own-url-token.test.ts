import { expect, test } from 'vitest'
import { clientToken, request, startProxyWorld } from '../support/proxy-world.ts'
import { sendRaw } from '../support/raw-client.ts'

/**
 * An upload by the URL of the proxy itself is a read of Plex on behalf of the client, and it must not take the job's
 * token to Plex either.
 */
test.each([
  ['in a value', `/library/sections/1/all?type=1&title=${clientToken}`],
  ['encoded in a value', `/library/sections/1/all?type=1&title=${encodeURIComponent(clientToken).replace('c', '%63')}`],
  ['in a direct address of Plex', `PLEX/library/sections/1/all?type=1&title=${clientToken}`],
  ['nowhere, but the URL is not a picture', '/library/sections/1/all?type=1'],
  ['in a path', `/library/metadata/5/thumb/${clientToken}`],
])('an upload by the proxy’s own URL, the token %s: Plex is not asked', async (_name, own) => {
  await using world = await startProxyWorld()
  const url = own.startsWith('PLEX') ? own.replace('PLEX', world.plex.url) : `${world.proxy.url}${own}`
  const target = `/library/metadata/5/posters?url=${encodeURIComponent(url)}`
  // The witness checks at the end whether a secret of the job has reached Plex.
  await sendRaw(world.proxy.port, request('POST', target))
  const reads = world.plex.journal.filter(({ target: asked }) => !asked.includes('includeMeta'))
  expect(reads.map(({ target: asked }) => asked)).toEqual([])
})

test('with the token in the right place the picture is read, without the token', async () => {
  await using world = await startProxyWorld()
  const url = `${world.proxy.url}/library/metadata/5/thumb/1?X-Plex-Token=${clientToken}`
  await sendRaw(world.proxy.port, request('POST', `/library/metadata/5/posters?url=${encodeURIComponent(url)}`))
  expect(world.plex.journal.map(({ target }) => target)).toEqual(['/library/metadata/5/thumb/1'])
})

test.each([0, 1, 2, 3])(
  'a token of another server, percent-encoded %i times in an upload, is not in the record of the request',
  async (times) => {
    await using world = await startProxyWorld()
    let pair = 'X-Plex-Token=anotherServersToken'
    for (let time = 0; time < times; time += 1) pair = encodeURIComponent(pair)
    const target = `/library/metadata/5/posters?url=${encodeURIComponent('http://127.0.0.1:9/a.jpg?')}${pair}`
    await sendRaw(world.proxy.port, request('POST', target))
    const { blocks, answers, refusals } = world.recorder
    expect(blocks).toHaveLength(1)
    expect(JSON.stringify([blocks, answers, refusals])).not.toContain('anotherServersToken')
  },
)
