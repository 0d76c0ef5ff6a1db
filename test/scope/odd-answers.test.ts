import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import { filmXml, listingXml, type OddAnswer, type OddWorld, scopeFilm, sendXml, startOddWorld } from './odd-plex.ts'
import { childElements, parseXml } from './random-listing.ts'
import { paged } from './scope-world.ts'

let world: OddWorld | undefined
afterEach(async () => {
  await world?.[Symbol.asyncDispose]()
  world = undefined
})

const library = Array.from({ length: 400 }, (_, index) => String(100 + index))
const all = '/library/sections/1/all?includeGuids=1&type=1'
const search = '/library/sections/1/all?type=1&sort=titleSort&label=5'

async function start(answer: OddAnswer, options: { keepAliveMs?: number; keys?: string[] } = {}): Promise<OddWorld> {
  const { keys = ['101', '105'], keepAliveMs } = options
  world = await startOddWorld(
    { items: keys.map((key) => scopeFilm(key)), ...(keepAliveMs !== undefined && { keepAliveMs }) },
    answer,
  )
  return world
}

/** A page of a list, as Plex cuts it; `keys` are the results of the question. */
function page(asked: { start: number; size: number }, keys: readonly string[]): string {
  const start = Number.isNaN(asked.start) ? 0 : asked.start
  const size = Number.isNaN(asked.size) ? keys.length : asked.size
  return listingXml(keys.slice(start, start + size), { totalSize: keys.length })
}

const idsOf = (pairs: string[]) =>
  pairs
    .find((pair) => pair.startsWith('id='))
    ?.slice(3)
    .split('%2C')
const keysOf = async (response: Response) => {
  expect(response.status).toBe(200)
  return childElements(parseXml(await response.text())).map(({ attributes }) => attributes.ratingKey)
}

/** Understands nothing but the type: whatever is asked, it sends the library. */
const ignorant: OddAnswer = (asked, response) => sendXml(response, page(asked, library))
/** Honours `id=` everywhere. */
const honest: OddAnswer = (asked, response) => {
  const ids = idsOf(asked.pairs)
  const labelled = asked.pairs.includes('label=5') ? ['105', '200', '300'] : library
  sendXml(response, page(asked, ids === undefined ? labelled : labelled.filter((key) => ids.includes(key))))
}

describe('a server that misbehaves', () => {
  test('a server that ignores unknown parameters is filtered, and the check does not read its library', async () => {
    const { get, scope, asked } = await start(ignorant)
    await scope.start()
    expect(Math.max(...asked.map(({ size }) => size))).toBeLessThanOrEqual(201)
    expect(await keysOf(await get(all, paged(0, 100)))).toEqual(['101', '105'])
    expect(scope.report()).toMatchObject({ scope_strategy: 'filter' })
  })

  test('a server that answers 400 to unknown parameters is filtered', async () => {
    const { get, scope } = await start((asked, response) => {
      if (/id=|title|push/.test(asked.target)) response.writeHead(400).end()
      else sendXml(response, page(asked, library))
    })
    expect(await keysOf(await get(all, paged(0, 100)))).toEqual(['101', '105'])
    expect(scope.report().scope_strategy).toBe('filter')
  })

  test('a server that later gives more than was asked for is not trusted again', async () => {
    let lies = false
    const { get, scope } = await start((asked, response, request) => {
      if (lies && asked.pairs.includes('label=5')) sendXml(response, page(asked, ['105', '200', '300']))
      else honest(asked, response, request)
    })
    await scope.start()
    expect(scope.report().scope_strategy).toBe('id')
    lies = true
    expect(await keysOf(await get(search, paged(0, 100)))).toEqual(['105'])
    const { scope_strategy, contradictions } = scope.report()
    expect(scope_strategy).toBe('filter')
    expect(contradictions.join()).toMatch(/not asked for|more than was asked for/)
  })

  test('a server whose narrowed listing lacks an item is not trusted', async () => {
    let forgets = false
    const { get, scope } = await start((asked, response, request) => {
      const ids = idsOf(asked.pairs)
      if (forgets && ids !== undefined) sendXml(response, page(asked, ['101']))
      else honest(asked, response, request)
    })
    await scope.start()
    forgets = true
    expect(await keysOf(await get(all, paged(0, 100)))).toEqual(['101', '105'])
    expect(scope.report().scope_strategy).toBe('filter')
  })

  test('a probe that shows what the narrowed search missed is a contradiction', async () => {
    const { get, scope } = await start((asked, response, request) => {
      if (!asked.pairs.includes('label=5')) honest(asked, response, request)
      else sendXml(response, page(asked, idsOf(asked.pairs) === undefined ? ['105', '200'] : []))
    })
    expect(await keysOf(await get(search, paged(0, 100)))).toEqual(['105'])
    expect(scope.report().contradictions.join()).toContain('found less')
  })

  test('the check at the end finds what was wrong all along', async () => {
    const { get, scope, asked } = await start((one, response, request) => {
      const whole = ['101', '105', '200']
      if (!one.pairs.includes('label=5')) honest(one, response, request)
      else sendXml(response, page(one, idsOf(one.pairs) === undefined ? whole : ['105']))
    })
    expect(await keysOf(await get(search, paged(0, 100)))).toEqual(['105'])
    expect(await scope.recheck()).toMatchObject({ agrees: false })
    expect(scope.report().contradictions.join()).toContain('re-check')
    // The next job that gets the memory does not use this answer.
    const before = asked.length
    await get(search, paged(0, 100))
    expect(asked.length).toBeGreaterThan(before)
  })

  test('answers in a form that is no longer trusted are requested again', async () => {
    let lies = false
    const { get, scope, asked } = await start((one, response, request) => {
      if (lies && one.pairs.includes('label=5')) sendXml(response, page(one, ['105', '200', '300']))
      else honest(one, response, request)
    })
    expect(await keysOf(await get(all, paged(0, 100)))).toEqual(['101', '105'])
    lies = true
    await get(search, paged(0, 100))
    expect(scope.report().scope_strategy).toBe('filter')
    const before = asked.length
    expect(await keysOf(await get(all, paged(0, 100)))).toEqual(['101', '105'])
    expect(asked.slice(before).map(({ target }) => target)).toEqual([all])
  })

  test('a server whose combined searches find nothing at all is not trusted with them', async () => {
    const { scope } = await start((one, response, request) => {
      if (one.pairs.includes('push=1')) sendXml(response, page(one, []))
      else honest(one, response, request)
    })
    await scope.start()
    expect(scope.report()).toMatchObject({ scope_strategy: 'filter' })
    expect(scope.report().why).toContain('does not find what it was made to find')
  })

  test('a server that sends less than a page is asked page by page', async () => {
    const { get, asked } = await start((one, response) => {
      if (one.pairs.length > 2) return ignorant(one, response, undefined as never)
      sendXml(response, page({ start: one.start, size: Math.min(one.size, 150) }, library))
    })
    expect(await keysOf(await get(all, paged(0, 100)))).toEqual(['101', '105'])
    const pages = asked.filter(({ target, size }) => target === all && size > 201)
    expect(pages.map(({ start: from }) => from)).toEqual([0, 150, 300])
  })
})

describe('an answer that cannot be trusted becomes an error for the client', () => {
  const whole = listingXml(library)
  test.each<[string, OddAnswer]>([
    ['cut off in an element', (_asked, response) => sendXml(response, whole.slice(0, 5_000))],
    [
      'cut off between elements',
      (_asked, response) => sendXml(response, whole.slice(0, whole.indexOf('</Video>', 9_000) + 9)),
    ],
    [
      'fewer items than its count says',
      (_asked, response) => sendXml(response, listingXml(['101', '102'], { size: 3 })),
    ],
    ['a page of HTML', (_asked, response) => sendXml(response, '<html><body>hello</body></html>')],
    ['nothing', (_asked, response) => sendXml(response, '')],
    ['a wrong content encoding', (_asked, response) => sendXml(response, whole, { 'content-encoding': 'gzip' })],
    [
      'compressed and cut off',
      (_asked, response) => sendXml(response, gzipSync(whole).subarray(0, 900), { 'content-encoding': 'gzip' }),
    ],
    ['an unknown encoding', (_asked, response) => sendXml(response, whole, { 'content-encoding': 'zstd' })],
    [
      'the connection breaks',
      (_asked, response) => {
        response.writeHead(200, { 'content-type': 'text/xml', 'content-length': whole.length })
        response.write(whole.slice(0, 20_000), () => response.destroy())
      },
    ],
  ])('%s', async (_name, broken) => {
    const { get, recorder } = await start((asked, response, request) => {
      // The self-check's questions are answered; only the listing breaks.
      if (asked.size > 1_000) broken(asked, response, request)
      else ignorant(asked, response, request)
    })
    expect((await get(all, paged(0, 100))).status).toBe(502)
    expect(recorder.refusals).toMatchObject([{ outcome: 'failed', status: 502 }])
    // The request is repeated, not answered from memory.
    expect((await get(all, paged(0, 100))).status).toBe(502)
  })

  test("Plex's own error is passed on", async () => {
    const { get } = await start((asked, response, request) => {
      if (asked.size > 1_000) response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>maintenance</h1>')
      else ignorant(asked, response, request)
    })
    const answer = await get(all, paged(0, 100))
    expect(answer.status).toBe(503)
    expect(await answer.text()).toContain('maintenance')
  })
})

describe('an answer that is compressed although nobody asked for that', () => {
  test.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('%s is decoded and sent uncompressed', async (encoding, compress) => {
    const { get } = await start((asked, response) =>
      sendXml(response, compress(page(asked, library)), { 'content-encoding': encoding }),
    )
    const answer = await get(all, paged(0, 100))
    expect(answer.headers.get('content-encoding')).toBeNull()
    const body = await answer.text()
    expect(answer.headers.get('content-length')).toBe(String(Buffer.byteLength(body)))
    expect(body).toContain(filmXml('101'))
    expect(childElements(parseXml(body))).toHaveLength(2)
  })
})

describe('a slow answer', () => {
  const slow =
    (go: Promise<void>, ready: OddAnswer): OddAnswer =>
    (asked, response, request) => {
      if (asked.size <= 1_000) ignorant(asked, response, request)
      else void go.then(() => ready(asked, response, request))
    }
  const gate = () => {
    let open = (): void => undefined
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    return { opened, open }
  }
  /** Reads until the body has some bytes; the rest can be read later. */
  async function firstBytes(response: Response, wanted: number): Promise<{ head: string; rest(): Promise<string> }> {
    const reader = response.body?.getReader()
    if (reader === undefined) throw new Error('no body')
    const decoder = new TextDecoder()
    let head = ''
    while (head.length < wanted) head += decoder.decode((await reader.read()).value, { stream: true })
    return {
      head,
      async rest() {
        let text = head
        for (let part = await reader.read(); !part.done; part = await reader.read())
          text += decoder.decode(part.value, { stream: true })
        return text
      },
    }
  }

  test('begins with the declaration and new lines, and is the same XML in the end', async () => {
    const { opened, open } = gate()
    const { get } = await start(slow(opened, ignorant), { keepAliveMs: 10 })
    const { head, rest } = await firstBytes(await get(all, paged(0, 100)), 42)
    expect(head).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n+$/)
    open()
    const body = await rest()
    expect(childElements(parseXml(body)).map(({ attributes }) => attributes.ratingKey)).toEqual(['101', '105'])
  })

  test('is cut off, not ended, if it then fails', async () => {
    const { opened, open } = gate()
    const { get } = await start(
      slow(opened, (_asked, response) => void response.destroy()),
      { keepAliveMs: 10 },
    )
    const { rest } = await firstBytes(await get(all, paged(0, 100)), 40)
    open()
    await expect(rest()).rejects.toThrow()
  })
})
