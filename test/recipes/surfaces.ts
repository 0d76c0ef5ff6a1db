import { describe, expect, test } from 'vitest'
import { jobDetailSchema, type StudioTarget } from '../../src/contract/api/api.ts'
import { type ArtworkKind, artworkKindSchema } from '../../src/contract/artwork-kinds.ts'
import { captureSchema } from '../../src/contract/records.ts'
import { summarySchema, type TargetResult } from '../../src/contract/summary.ts'
import { decide, type RequestSummary } from '../../src/policy/verdict.ts'
import { answerWrite } from '../../src/proxy/answer/answers.ts'
import { captureFileName, createCaptureNames } from '../../src/proxy/capture/names.ts'
import { writeWords } from '../../src/run/summary/write-words.ts'
import { summaryTargets, waitingTarget } from '../../src/server/jobs/view/job-view.ts'
import { plexClient } from '../support/plex-client.ts'
import { plainImage, smallLibraries, startUnwatchedPlex } from '../support/sample-plex.ts'

/** What the recipes have added to this copy of the source; the type does not know it. */
const kind = 'discArt' as ArtworkKind

function judge(method: string, rawResource: string, hasBody = false) {
  const request: RequestSummary = {
    ...{ method, rawResource, hasBody, httpVersion: '1.1', hasUpgrade: false, hasHost: true },
    ...{ tooManyHeaders: false, tokenHeader: 'ours' },
  }
  return decide(request, {
    section: () => undefined,
    listedArtwork: () => false,
    acceptsToken: (token) => token === 'ours',
  })
}

const record = { id: 't', server: 's', ratingKey: '7', title: 'Metropolis', type: 'movie', library: 'Films' } as const
const selected = { ...record, mapping: 'Films' }

/** What Compare shows beside the pictures. */
async function compare(shown: Partial<StudioTarget>): Promise<string> {
  // By variables: the types of a browser do not belong into those of the tests.
  const load = (path: string) => import(/* @vite-ignore */ path)
  const [{ createElement }, { renderToStaticMarkup }] = [await load('react'), await load('react-dom/server')]
  const { Facts } = await load('../../web/compare/detail/facts.tsx')
  const target = { ...waitingTarget(selected), ...shown }
  return renderToStaticMarkup(createElement(Facts, { job: { faults: [], targets: [target] }, target }))
}

const image = { sha256: 'a'.repeat(64), type: 'jpg', bytes: 9, width: 2, height: 3 } as const

describe('a new kind of artwork', () => {
  test.each(['discArt', 'discArts'])('an upload to %s is captured as that kind', (name) => {
    const verdict = judge('POST', `/library/metadata/7/${name}`, true)
    expect(verdict).toMatchObject({ kind: 'capture', artwork: kind, ratingKey: '7' })
    expect(answerWrite('POST', verdict.resource, '*/*')).toEqual({ status: 200, contentType: 'text/html', body: '' })
  })

  test('its list and its picture may be read', () => {
    expect(judge('GET', '/library/metadata/7/discArts')).toMatchObject({ kind: 'forward' })
    expect(judge('GET', '/library/metadata/7/discArt/123')).toMatchObject({ kind: 'forward' })
  })

  test('a capture is named after it, and known by its name', () => {
    const described = { seq: 1, timestamp: '', server: 's', method: 'POST', path: '/', query: '', ratingKey: '7' }
    const name = createCaptureNames(Date.now).claim({ ...described, kind })
    expect(name).toMatch(/^7_discArt_/)
    expect(captureFileName.test(`${name}.jpg`)).toBe(true)
  })

  test('a blocked upload is told in its words', () => {
    const known = { titleOf: () => 'Metropolis', labelsOf: () => null }
    const write = { method: 'POST', path: '/library/metadata/7/discArts', query: '' }
    expect(writeWords(write, known)).toBe('+ disc art on Metropolis')
  })

  test('the schemas of records, summary and API know it', () => {
    expect(artworkKindSchema.parse(kind)).toBe(kind)
    expect(captureSchema.shape.kind.parse(kind)).toBe(kind)
    expect(summarySchema.shape.targets.element.shape.kind.parse(kind)).toBe(kind)
    expect(jobDetailSchema.shape.targets.element.shape.kind.parse(kind)).toBe(kind)
  })

  test('the sample Plex takes it, lists it and shows it', async () => {
    await using plex = await startUnwatchedPlex({ libraries: smallLibraries() })
    const client = plexClient(plex)
    const bytes = await plainImage('a disc')()
    const upload = { method: 'POST', body: new Uint8Array(bytes) }
    expect((await client.ask('/library/metadata/101/discArts', {}, upload)).status).toBe(200)
    expect(plex.uploads('101').map((one) => one.kind)).toEqual([kind])
    const [listed] = (await client.container('/library/metadata/101/discArts')).children
    expect(listed?.attrs.ratingKey).toMatch(/^upload:\/\/discArts\//)
    const shown = await client.ask('/library/metadata/101/discArt/1')
    expect(Buffer.from(await shown.arrayBuffer()).equals(bytes)).toBe(true)
    const item = await (await client.ask('/library/metadata/101')).text()
    expect(item).toContain('type="disc"')
  })

  test('Compare says it in its words', async () => {
    expect(await compare({ outcome: 'incomplete', after: image, kind })).toContain('disc art')
  })
})

test('a new read is let through, and nothing beside it', () => {
  expect(judge('GET', '/updater/products')).toMatchObject({ kind: 'forward', read: { template: '/updater/products' } })
  expect(judge('GET', '/updater/products?a=1')).toMatchObject({ kind: 'refuse' })
  expect(judge('PUT', '/updater/products')).toMatchObject({ kind: 'block' })
})

test('a new fact goes from the summary through the API to Compare', async () => {
  const schema = summarySchema.shape.targets.element
  const plain = {
    ...{ id: 't', rating_key: '7', title: 'Metropolis', type: 'movie', library: 'Films', server: 's' },
    ...{ status: 'exported', reason: null, log_lines: [], before: null, after: null, kind: 'poster' },
    ...{ restore: false, overlays_applied: [], base_used: null, may_be_incomplete: null },
    depends_on_blocked_writes: false,
  }
  expect(schema.safeParse(plain).success).toBe(true)
  const result: TargetResult = schema.parse({ ...plain, drawn_by: 'Kometa' })
  const job = { targets: [selected], differences: {} }
  const summary = { targets: [result], blocked_write_attempts: [], labelsBefore: new Map() }
  type Arguments = Parameters<typeof summaryTargets>
  const [shown] = summaryTargets(job as unknown as Arguments[0], summary as unknown as Arguments[1])
  const parsed = jobDetailSchema.shape.targets.element.parse(shown)
  expect(parsed.facts).toEqual({ base_used: null, drawn_by: 'Kometa' })
  const words = await compare(parsed)
  expect(words).toContain('Drawn by')
  expect(words).toContain('Kometa')
})
