import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { loadJobConfig } from '../../src/config/read/user-config.ts'
import { summarySchema } from '../../src/contract/summary.ts'
import { verifyLedger } from '../../src/proxy/ledger/verify-ledger.ts'
import { openBeneath } from '../../src/util/beneath/beneath.ts'
import {
  canaries,
  filesBelow,
  filesWith,
  type JobWorld,
  run,
  scriptRenderer,
  startJobWorld,
  wrongToken,
} from './job-world.ts'

let world: JobWorld
beforeEach(async () => {
  world = await startJobWorld()
})
afterEach(async () => {
  world.assertUntouched()
  await world[Symbol.asyncDispose]()
})

const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

describe('a job from its config to its summary', () => {
  test('a film, a show and an episode: pictures, summary, ledger, and no other user data in the folder', async () => {
    const { summary, events, lines } = await run(world, { specs: ['Nosferatu (1922)', 'Dragnet', 'Dragnet S01E02'] })
    expect(summary.problems).toEqual([])
    expect(summary).toMatchObject({ status: 'success', success: true, renderer: 'sample', missing_targets: [] })
    expect(Object.keys(summary.exported_files)).toEqual(['nosferatu-1922', 'dragnet-1955', 'dragnet-s01e02'])
    const onDisk: unknown = JSON.parse(readFileSync(join(world.jobDir, 'output/summary.json'), 'utf8'))
    expect(summarySchema.parse(onDisk)).toEqual(summary)

    for (const target of summary.targets) {
      expect(target.overlays_applied.length, target.id).toBeGreaterThan(0)
      const after = join(world.jobDir, target.after?.path ?? '')
      expect(sha256(after)).toBe(target.after?.sha256)
      const capture = summary.captured_uploads.findLast(({ rating_key }) => rating_key === target.rating_key)
      expect(sha256(join(world.jobDir, capture?.saved_path ?? ''))).toBe(target.after?.sha256)
      expect(existsSync(join(world.jobDir, target.before?.path ?? ''))).toBe(true)
      expect(target.base_used).toBe('current poster')
    }
    expect(summary.targets.map(({ after }) => [after?.width, after?.height])).toEqual([
      [1000, 1500],
      [1000, 1500],
      [1920, 1080],
    ])
    expect(await verifyLedger(openBeneath(join(world.jobDir, 'output')), summary.ledger)).toMatchObject({ ok: true })
    expect(
      lines.some((line) => /^info CAPTURED_UPLOAD ratingKey=101 kind=poster bytes=\d+ saved=output\//.test(line)),
    ).toBe(true)
    expect(events.filter(({ type }) => type === 'capture').length).toBe(summary.captured_uploads_count)
    expect(events.at(-1)).toMatchObject({ type: 'end' })
    expect(filesWith(world.jobDir, Object.values(canaries))).toEqual([])
    expect(readdirSync(join(world.dataDir, 'workspaces'))).toEqual([])
  })

  test('Kometa sees a scoped library: it captures nothing but targets, their ancestors and decoys', async () => {
    const { summary } = await run(world, { specs: ['Nosferatu'] })
    const decoys = summary.scope.flatMap((scope) => scope.decoys.map(({ rating_key }) => rating_key))
    const captured = summary.captured_uploads.map(({ rating_key }) => rating_key)
    expect(captured.filter((key) => key !== '101' && !decoys.includes(key ?? ''))).toEqual([])
    expect(summary.extras.every(({ reason }) => reason.startsWith('decoy'))).toBe(true)
  })

  test('a job in the layout that other programs prepare, with a target that has no ratingKey', async () => {
    mkdirSync(join(world.jobDir, 'config'), { recursive: true })
    mkdirSync(join(world.jobDir, 'pictures'))
    const before = readFileSync(join(import.meta.dirname, '../fixtures/poster.jpg'))
    writeFileSync(join(world.jobDir, 'pictures/own.jpg'), before)
    const preview = `plex: {url: "${world.plex.url}", token: "${canaries.plex}"}
tmdb: {apikey: x}
libraries: {Movies: {overlay_files: [{pmm: resolution}]}}
preview:
  mode: write_blocked
  targets:
    - {id: matrix, type: movie, title: "Nosferatu (1922)", ratingKey: "101", input: pictures/own.jpg, output: /jobs/output/matrix_after.png}
    - {id: unknown_item, title: Nobody}
`
    writeFileSync(join(world.jobDir, 'config/preview.yml'), preview)
    const config = await loadJobConfig({ kind: 'job', jobDir: world.jobDir }, { env: {} })
    const { summary, lines } = await run(world, { config })
    expect(summary).toMatchObject({ status: 'partial', success: false, missing_targets: ['unknown_item'] })
    expect(summary.exported_files).toEqual({ matrix: 'output/matrix_after.webp' })
    expect(lines).toContain('error MISSING_RATINGKEY target=unknown_item')
    expect(readFileSync(join(world.jobDir, 'input/matrix_before.jpg')).equals(before)).toBe(true)
    // The job's own preview.yml is the user's; nothing else contains the token.
    expect(filesWith(world.jobDir, [canaries.plex])).toEqual(['config/preview.yml'])
  })

  test('a job that runs again has no picture of its earlier run', async () => {
    await run(world, { specs: ['Nosferatu', 'Dragnet S01E01'] })
    const { summary } = await run(world, { specs: ['M'] })
    expect(summary.status).toBe('success')
    const left = filesBelow(join(world.jobDir, 'output')).filter((name) => /\.(webp|jpg|png)$/.test(name))
    expect(left.map((name) => `output/${name}`).sort()).toEqual([...summary.output_files].sort())
  })

  test('writes a job file that runs again with --job', async () => {
    await run(world, { specs: ['Nosferatu'], writeJobFile: true })
    const config = await loadJobConfig({ kind: 'job', jobDir: world.jobDir }, { env: {} })
    expect(config.preview.targets).toMatchObject([{ id: 'nosferatu-1922', ratingKey: '101' }])
    const { summary } = await run(world, { config })
    expect(summary.status).toBe('success')
    expect(filesWith(world.jobDir, Object.values(canaries))).toEqual([])
  })
})

describe('when Kometa does not work', () => {
  test.each([
    ['crashes', "console.error('Traceback (most recent call last)\\nBoom'); process.exit(1)", /Kometa/],
    [
      'reports a missing requirement and exits 0',
      "console.log('Requirements Error: Requirements are not installed')",
      /Requirements/,
    ],
    ['exits without output', '', /before its run was finished/],
  ])('%s: failed, described in words', async (_name, script, words) => {
    const { summary, lines } = await run(world, { specs: ['Nosferatu'], renderer: scriptRenderer(script) })
    expect(summary).toMatchObject({ status: 'failed', success: false, missing_targets: ['nosferatu-1922'] })
    expect(summary.problems.join('\n')).toMatch(words)
    expect(summary.targets[0]?.reason).not.toBeNull()
    expect(lines.some((line) => line.startsWith('error MISSING_CAPTURE ratingKey=101 target=nosferatu-1922'))).toBe(
      true,
    )
  })

  test('hangs: ended after its silence limit, and failed', async () => {
    const renderer = scriptRenderer('setInterval(() => {}, 1000)')
    const { summary } = await run(world, { specs: ['Nosferatu'], renderer, idleTimeoutMs: 500 })
    expect(summary).toMatchObject({ status: 'failed', kometa_exit_code: null })
    expect(summary.problems.join('\n')).toMatch(/said nothing for too long/)
  })

  test('cancelled while it works: a summary, and no process left', async () => {
    const controller = new AbortController()
    const started = performance.now()
    const { summary } = await run(world, {
      specs: ['Nosferatu'],
      renderer: scriptRenderer("process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"),
      signal: controller.signal,
      onEvent: (event) => {
        if (event.type === 'phase' && event.phase === 'kometa') setImmediate(() => controller.abort())
      },
    })
    expect(summary.status).toBe('cancelled')
    expect(performance.now() - started).toBeLessThan(10_000)
    expect(JSON.parse(readFileSync(join(world.jobDir, 'output/summary.json'), 'utf8'))).toMatchObject({
      status: 'cancelled',
    })
    expect(readdirSync(join(world.dataDir, 'workspaces'))).toEqual([])
  })
})

describe('bad input is a single error before anything starts', () => {
  test.each([
    ['no target', { specs: [] }, 'TARGETS_NONE'],
    ['an unknown ratingKey', { targets: [{ id: 'a', ratingKey: '99999' }] }, 'TARGET_UNKNOWN'],
    ['an unknown title', { specs: ['Nobody knows this film'] }, 'TARGET_UNKNOWN'],
    ['an unknown library', { specs: ['Nosferatu'], library: 'Nowhere' }, 'LIBRARY_UNKNOWN'],
    [
      'two targets with the same id',
      {
        targets: [
          { id: 'a', ratingKey: '101' },
          { id: 'A', ratingKey: '102' },
        ],
      },
      'TARGET_ID_DUPLICATE',
    ],
  ])('%s', async (_name, request, code) => {
    await expect(run(world, request)).rejects.toMatchObject({ code })
    expect(existsSync(join(world.jobDir, 'output/summary.json'))).toBe(false)
  })

  test('a job folder that another run uses', async () => {
    const controller = new AbortController()
    const { promise: running, resolve } = withResolvers<void>()
    const first = run(world, {
      specs: ['Nosferatu'],
      renderer: scriptRenderer('setInterval(() => {}, 1000)'),
      signal: controller.signal,
      onEvent: (event) => event.type === 'phase' && event.phase === 'kometa' && resolve(),
    })
    await running
    await expect(run(world, { specs: ['M'] })).rejects.toMatchObject({ code: 'JOB_IN_USE' })
    controller.abort()
    await first
  })
})

describe('Plex does not answer as it should', () => {
  test('a wrong token', async () => {
    const config = await world.load()
    const servers = config.servers.map((server) => ({ ...server, token: wrongToken }))
    await expect(run(world, { config: { ...config, servers }, specs: ['M'] })).rejects.toMatchObject({
      code: 'PLEX_TOKEN_REFUSED',
    })
  })

  test('nobody answers', async () => {
    const config = await world.load()
    const servers = config.servers.map((server) => ({ ...server, url: 'http://127.0.0.1:9' }))
    await expect(run(world, { config: { ...config, servers }, specs: ['M'] })).rejects.toMatchObject({
      code: 'PLEX_UNREACHABLE',
    })
  })
})

test('Plex that answers without a token: the summary says so', async () => {
  await using open = await startJobWorld({ plex: { allowWithoutToken: true } })
  const { summary } = await run(open, { specs: ['M'] })
  expect(summary.servers).toMatchObject([{ token_is_barrier: false }])
  open.assertUntouched()
})

function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
