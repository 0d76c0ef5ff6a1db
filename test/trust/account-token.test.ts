import { expect, test } from 'vitest'
import { realToken, request } from '../support/proxy-world.ts'
import { sendRaw } from '../support/raw-client.ts'
import { startTrustWorld } from './world.ts'

/** GET /myplex/account answers with `authToken`, the owner's own token, which Kometa must never get (promise 7). */
test('what Plex says about its account does not reach a client', async () => {
  await using world = await startTrustWorld({
    plex: { answer: () => `<MyPlex authToken="${realToken}" username="owner" mappingState="mapped"/>` },
  })
  const { status, text } = await sendRaw(world.proxy.port, request('GET', '/myplex/account'))
  expect(text).not.toContain(realToken)
  expect(status).toBe(403)
  expect(world.plex.requests).toBe(0)
})
