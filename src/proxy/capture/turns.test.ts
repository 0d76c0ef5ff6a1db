import { setImmediate, setTimeout } from 'node:timers/promises'
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
  const turns = createTurns({ maxRunning: 2, maxWaiting: 2, patienceMs: 10 })
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
  const turns = createTurns({ maxRunning: 1, maxWaiting: 0, patienceMs: 10 })
  const started: string[] = []
  const bad = job(started, 'bad')
  const failing = turns.run(bad.work)
  await expect(turns.run(async () => 'x')).rejects.toThrow('more than 0 uploads wait')
  bad.fail()
  await expect(failing).rejects.toThrow('bad')
  expect(await turns.run(async () => 'next')).toBe('next')
  expect(await turns.run(async () => 'and next')).toBe('and next')
})

test('a long wait lets the next one in, and goes on before those that have not begun', async () => {
  const turns = createTurns({ maxRunning: 1, maxWaiting: 3, patienceMs: 10 })
  const order: string[] = []
  const [stuck, b, c] = [job(order, 'stuck'), job(order, 'b'), job(order, 'c')]
  const first = turns.run(async (turn) => {
    const done = await turn.wait(stuck.work(), async () => void order.push('made ready to wait'))
    order.push('goes on')
    return done
  })
  const others = [turns.run(b.work), turns.run(c.work)]
  await expect.poll(() => order).toEqual(['stuck', 'made ready to wait', 'b'])
  stuck.end()
  await setImmediate()
  // Its place is another one's: there are never more than one at work.
  expect(order).toHaveLength(3)
  b.end()
  expect(await first).toBe('stuck')
  await expect.poll(() => order).toEqual(['stuck', 'made ready to wait', 'b', 'goes on', 'c'])
  c.end()
  expect(await Promise.all(others)).toEqual(['b', 'c'])
})

test('who waits long has no place, however many come to an end meanwhile', async () => {
  const turns = createTurns({ maxRunning: 1, maxWaiting: 3, patienceMs: 10 })
  const order: string[] = []
  const stuck = job(order, 'stuck')
  const first = turns.run((turn) => turn.wait(stuck.work()))
  for (const name of ['b', 'c', 'd']) await turns.run(async () => order.push(name))
  expect(order).toEqual(['stuck', 'b', 'c', 'd'])
  stuck.end()
  expect(await first).toBe('stuck')
})

test('a short wait keeps the place; a long one that fails gives it back', async () => {
  const turns = createTurns({ maxRunning: 1, maxWaiting: 1, patienceMs: 60_000 })
  const order: string[] = []
  const short = turns.run(async (turn) => {
    await turn.wait(setImmediate())
    order.push('short')
  })
  await Promise.all([short, turns.run(async () => void order.push('next'))])
  expect(order).toEqual(['short', 'next'])

  const impatient = createTurns({ maxRunning: 1, maxWaiting: 0, patienceMs: 1 })
  const bad = job(order, 'bad')
  const failing = impatient.run((turn) => turn.wait(bad.work()))
  await setTimeout(20)
  bad.fail()
  await expect(failing).rejects.toThrow('bad')
  expect(await impatient.run(async () => 'next')).toBe('next')
})

test('a place that nobody waited for is one place', async () => {
  const turns = createTurns({ maxRunning: 1, maxWaiting: 1, patienceMs: 60_000 })
  await turns.run(async () => undefined)
  const started: string[] = []
  const [a, b] = [job(started, 'a'), job(started, 'b')]
  const running = [turns.run(a.work), turns.run(b.work)]
  await setImmediate()
  expect(started).toEqual(['a'])
  a.end()
  b.end()
  expect(await Promise.all(running)).toEqual(['a', 'b'])
})

test('the place is given away after what was to be done before, and had back in the order of the waits', async () => {
  const turns = createTurns({ maxRunning: 1, maxWaiting: 3, patienceMs: 5 })
  const order: string[] = []
  const [first, second, third] = [job([], 'first'), job([], 'second'), job([], 'third')]
  const before = () => setTimeout(30).then(() => void order.push('made ready'))
  const waits = async (one: typeof first, name: string) =>
    turns.run(async (turn) => {
      await turn.wait(one.work(), before)
      order.push(name)
    })
  const running = [waits(first, 'first'), waits(second, 'second')]
  const last = turns.run(() => {
    order.push('begins')
    return third.work()
  })
  await expect.poll(() => order).toEqual(['made ready', 'made ready', 'begins'])
  first.end()
  await setImmediate()
  second.end()
  await setImmediate()
  third.end()
  await Promise.all([...running, last])
  expect(order.slice(3)).toEqual(['first', 'second'])
})
