import { expect, test } from 'vitest'
import { startDemoWorld } from '../../src/demo/demo-world.ts'

test('the Plex of the demo records each write and changes nothing that it shows', async () => {
  await using world = await startDemoWorld()
  const { plex, targets } = world
  const path = `/library/metadata/${targets[0]?.ratingKey}`
  const token = { 'X-Plex-Token': plex.token }
  const read = async () => await (await fetch(`${plex.url}${path}`, { headers: token })).text()
  const before = await read()
  const hash = plex.stateHash()
  for (const [method, target] of [
    ['POST', `${path}/posters`],
    ['PUT', `${path}?title.value=Changed`],
    ['DELETE', path],
  ] as const) {
    const answer = await fetch(`${plex.url}${target}`, { method, headers: token })
    expect(answer.status, method).toBe(200)
  }
  expect(plex.writes.map(({ method }) => method)).toEqual(['POST', 'PUT', 'DELETE'])
  expect(plex.stateHash()).not.toBe(hash)
  expect(await read()).toBe(before)
})
