import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createTurns } from './turns.ts'

/** A job that ends when it is told to. */
function job(started: string[], name: string) {
  const { promise, resolve, reject } = (() => {
    let [resolve, reject] = [(_name: string) => {}, (_error: Error) => {}]
    const promise = new Promise<string>((yes, no) => {
      ;[resolve, reject] = [yes, no]
    })
    return { promise, resolve, reject }
  })()
  const work = () => {
    started.push(name)
    return promise
  }
  return { work, end: () => resolve(name), fail: () => reject(new Error(name)) }
}

test('as many at once as there are places, the others in their order, and one too many is told', async () => {
  const turns = createTurns(2, 2)
  const started: string[] = []
  const [a, b, c, d] = [job(started, 'a'), job(started, 'b'), job(started, 'c'), job(started, 'd')]
  const running = [a, b, c, d].map(({ work }) => turns.run(work))
  await expect(turns.run(async () => 'e')).rejects.toThrow('more than 2 uploads wait')
  expect(started).toEqual(['a', 'b'])
  b.end()
  expect(await running[1]).toBe('b')
  await setImmediate()
  expect(started).toEqual(['a', 'b', 'c'])
  for (const one of [a, c, d]) one.end()
  expect(await Promise.all(running)).toEqual(['a', 'b', 'c', 'd'])
})

test('places are given back, by what fails too', async () => {
  const turns = createTurns(1, 0)
  const started: string[] = []
  const bad = job(started, 'bad')
  const failing = turns.run(bad.work)
  await expect(turns.run(async () => 'x')).rejects.toThrow('more than 0 uploads wait')
  bad.fail()
  await expect(failing).rejects.toThrow('bad')
  expect(await turns.run(async () => 'next')).toBe('next')
  expect(await turns.run(async () => 'and next')).toBe('and next')
})
