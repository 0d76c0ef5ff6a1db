import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Beneath, isUnsafePath, openBeneath } from '../../src/util/beneath/beneath.ts'

let top: string
let job: string
let outside: string
let precious: string

beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'beneath-')))
  job = join(top, 'job')
  outside = join(top, 'outside')
  precious = join(outside, 'precious')
  mkdirSync(join(job, 'output'), { recursive: true })
  mkdirSync(outside)
  writeFileSync(precious, 'mine')
  writeFileSync(join(job, 'output', 'kept'), 'kept')
})
afterEach(() => rmSync(top, { recursive: true, force: true }))

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error)
const refusal = async (work: Promise<unknown> | (() => unknown)): Promise<unknown> => {
  try {
    await (typeof work === 'function' ? work() : work)
  } catch (error) {
    return codeOf(error)
  }
  return 'done'
}

/** Every operation on one path. */
function everyUse(files: Beneath, path: string): Record<string, () => unknown> {
  return {
    read: () => files.read(path, 1_000),
    openRead: async () => (await files.open(path, 'read')).close(),
    openReadSync: () => closeSync(files.openSync(path, 'read')),
    append: async () => {
      await using file = await files.open(path, 'append')
      await file.appendFile('ours')
    },
    appendSync: () => {
      const descriptor = files.openSync(path, 'append')
      writeSync(descriptor, 'ours')
      closeSync(descriptor)
    },
    copyFrom: () => files.copy(path, 'output/copied'),
    touch: () => files.touch(path),
  }
}

describe.each(['descriptors', 'checks'] as const)('%s', (way) => {
  let files: Beneath
  beforeEach(async () => {
    files = openBeneath(job, { way })
  })

  test('content can be read, written, appended to, copied, listed, renamed and removed', async () => {
    await files.makeFolder('a/b', { durable: true })
    await files.write('a/b/one', 'first', 0o600)
    await files.write('a/b/one', 'second')
    expect(String(await files.read('a/b/one', 100))).toBe('second')
    await using log = await files.open('a/b/log', 'append')
    await log.appendFile('line')
    await files.copy('a/b/one', 'output/two')
    expect(readFileSync(join(job, 'output', 'two'), 'utf8')).toBe('second')
    await files.rename('output/two', 'output/three')
    expect(files.list('a/b').map(({ name }) => name)).toEqual(expect.arrayContaining(['log', 'one']))
    expect(files.list('output')).toHaveLength(2)
    expect((await files.look('output/three'))?.size).toBe(6)
    expect(await files.look('a/nothing/there')).toBeNull()
    await files.touch('output/three')
    await files.remove('output/three')
    await files.remove('no/such/file')
    await files.removeAll('a')
    await files.removeAll('a')
    expect(files.list('').map(({ name }) => name)).toEqual(['output'])
  })

  test('system errors keep their code and name the path that the user knows', async () => {
    const error = await files.read('output/none', 10).catch((one: NodeJS.ErrnoException) => one)
    expect(error).toMatchObject({ code: 'ENOENT', path: join(job, 'output', 'none') })
    expect(String(error)).not.toContain('/proc/')
    const deep = await files.read('none/none', 10).catch((one: NodeJS.ErrnoException) => one)
    expect(deep).toMatchObject({ code: 'ENOENT', path: join(job, 'none') })
    expect(await refusal(files.makeFolder('output/kept/below'))).toBe('ENOTDIR')
    expect(await refusal(files.read('output/kept', 3))).toBe('JOB_PATH_UNSAFE')
  })

  test.each(['../outside/precious', '/etc/passwd', 'output/../../outside/precious', '.', '', 'output//kept', 'a\0b'])(
    'the path %j is refused, because it is not a path inside the folder',
    async (path) => {
      for (const use of Object.values(everyUse(files, path))) expect(await refusal(use)).toBe('JOB_PATH_UNSAFE')
      expect(await refusal(files.remove(path))).toBe('JOB_PATH_UNSAFE')
      expect(await refusal(files.removeAll(path))).toBe('JOB_PATH_UNSAFE')
      expect(readFileSync(precious, 'utf8')).toBe('mine')
    },
  )

  test('a link at the end of a path is refused, wherever it leads', async () => {
    symlinkSync(precious, join(job, 'output', 'out'))
    symlinkSync('kept', join(job, 'output', 'in'))
    symlinkSync(join(outside, 'nothing'), join(job, 'output', 'dangling'))
    for (const name of ['out', 'in', 'dangling']) {
      for (const [what, use] of Object.entries(everyUse(files, `output/${name}`))) {
        expect([name, what, await refusal(use)]).toEqual([name, what, 'JOB_PATH_UNSAFE'])
      }
      expect(await refusal(files.open(`output/${name}`, 'create'))).toBe('EEXIST')
    }
    expect(readdirSync(outside)).toEqual(['precious'])
    expect(readFileSync(precious, 'utf8')).toBe('mine')
  })

  test('writing replaces a link and removing removes it; the target of the link is not touched', async () => {
    symlinkSync(precious, join(job, 'output', 'summary.json'))
    await files.write('output/summary.json', 'ours')
    expect(readFileSync(join(job, 'output', 'summary.json'), 'utf8')).toBe('ours')
    symlinkSync(precious, join(job, 'output', 'gone'))
    await files.remove('output/gone')
    symlinkSync(outside, join(job, 'tree'))
    await files.removeAll('tree')
    expect(existsSync(join(job, 'tree'))).toBe(false)
    expect(readFileSync(precious, 'utf8')).toBe('mine')
  })

  test('a link in the middle of a path is refused for every operation', async () => {
    symlinkSync(outside, join(job, 'linked'))
    const uses = {
      ...everyUse(files, 'linked/precious'),
      write: () => files.write('linked/precious', 'ours'),
      create: () => files.open('linked/new', 'create'),
      list: () => files.list('linked'),
      makeFolder: () => files.makeFolder('linked/below'),
      makeFolderItself: () => files.makeFolder('linked'),
      remove: () => files.remove('linked/precious'),
      removeSync: () => files.removeSync('linked/precious'),
      removeAll: () => files.removeAll('linked/precious'),
      removeFolder: () => files.removeFolder('linked/precious'),
      renameOut: () => files.rename('output/kept', 'linked/kept'),
      renameIn: () => files.rename('linked/precious', 'output/taken'),
      renameSync: () => files.renameSync('output/kept', 'linked/kept'),
      look: () => files.look('linked/precious'),
      sync: () => files.sync('linked'),
    }
    for (const [what, use] of Object.entries(uses)) {
      expect([what, await refusal(use)]).toEqual([what, 'JOB_PATH_UNSAFE'])
    }
    expect(readdirSync(outside)).toEqual(['precious'])
    expect(readFileSync(precious, 'utf8')).toBe('mine')
  })

  test('removing a tree does not follow the links in it', async () => {
    mkdirSync(join(job, 'tree', 'deep'), { recursive: true })
    symlinkSync(outside, join(job, 'tree', 'deep', 'link'))
    symlinkSync(precious, join(job, 'tree', 'file'))
    await files.removeAll('tree')
    expect(existsSync(join(job, 'tree'))).toBe(false)
    expect(readFileSync(precious, 'utf8')).toBe('mine')
  })

  test('a file with a second hard link elsewhere is not appended to: this name gets its own copy', async () => {
    linkSync(precious, join(job, 'output', 'log'))
    await using log = await files.open('output/log', 'append')
    await log.appendFile(' and ours')
    linkSync(precious, join(job, 'output', 'second'))
    const descriptor = files.openSync('output/second', 'append')
    writeSync(descriptor, ' and ours')
    closeSync(descriptor)
    expect(readFileSync(precious, 'utf8')).toBe('mine')
    expect(readFileSync(join(job, 'output', 'log'), 'utf8')).toBe('mine and ours')
    expect(readFileSync(join(job, 'output', 'second'), 'utf8')).toBe('mine and ours')
    expect(readdirSync(join(job, 'output')).sort()).toEqual(['kept', 'log', 'second'])
  })

  test('a pipe, a socket and a folder in place of a file are refused immediately', async () => {
    execFileSync('mkfifo', [join(job, 'output', 'pipe')])
    const server = createServer().listen(join(job, 'output', 'socket'))
    await once(server, 'listening')
    mkdirSync(join(job, 'output', 'folder'))
    for (const name of ['pipe', 'socket', 'folder']) {
      for (const [what, use] of Object.entries(everyUse(files, `output/${name}`))) {
        expect([name, what, await refusal(use)]).toEqual([name, what, 'JOB_PATH_UNSAFE'])
      }
    }
    server.close()
  })

  test('a job folder that was exchanged for another one is no longer used', async () => {
    renameSync(job, `${job}.aside`)
    symlinkSync(outside, job)
    expect(await refusal(files.write('precious', 'ours'))).not.toBe('done')
    rmSync(job)
    mkdirSync(job)
    expect(await refusal(files.write('precious', 'ours'))).toBe('JOB_PATH_UNSAFE')
    expect(readFileSync(precious, 'utf8')).toBe('mine')
  })
})

test('a job folder that is itself a link means the folder that it leads to', async () => {
  symlinkSync(job, join(top, 'shortcut'))
  const files = openBeneath(join(top, 'shortcut'))
  expect(files.realPath).toBe(job)
  await files.write('output/one', 'ours')
  expect(readFileSync(join(job, 'output', 'one'), 'utf8')).toBe('ours')
})

test.runIf(process.getuid?.() === 0)('a device is not opened', async () => {
  execFileSync('mknod', [join(job, 'output', 'null'), 'c', '1', '3'])
  const files = openBeneath(job)
  for (const use of Object.values(everyUse(files, 'output/null'))) expect(await refusal(use)).toBe('JOB_PATH_UNSAFE')
})

test.runIf(process.platform === 'linux')(
  'a link that another process keeps swapping in never leads a write, an append or a removal outside',
  async () => {
    const rounds = 3_000
    for (const name of ['precious', 'victim', 'log']) writeFileSync(join(outside, name), 'mine')
    mkdirSync(join(job, 'output', 'swapped'))
    const child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        fileURLToPath(new URL('swapping-child.ts', import.meta.url)),
        join(job, 'output'),
        'swapped',
        outside,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    try {
      await once(child.stdout, 'data')
      const files = openBeneath(job)
      const seen = new Map<unknown, number>()
      const note = (outcome: unknown) => seen.set(outcome, (seen.get(outcome) ?? 0) + 1)
      for (let round = 0; round < rounds; round += 1) {
        note(await refusal(files.write('output/swapped/precious', 'ours')))
        note(
          await refusal(async () => {
            await using log = await files.open('output/swapped/log', 'append')
            await log.appendFile('ours')
          }),
        )
        note(await refusal(files.remove('output/swapped/victim')))
        note(await refusal(files.removeAll('output/swapped/victim')))
        note(await refusal(() => files.list('output/swapped')))
      }
      // The race really happened: some calls met the folder, some met the link.
      expect(seen.get('done') ?? 0).toBeGreaterThan(0)
      expect(seen.get('JOB_PATH_UNSAFE') ?? 0).toBeGreaterThan(0)
      expect(
        [...seen.keys()].filter((one) => !['done', 'JOB_PATH_UNSAFE', 'ENOENT', 'ENOTDIR'].includes(String(one))),
      ).toEqual([])
    } finally {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    expect(readdirSync(outside).sort()).toEqual(['log', 'precious', 'victim'])
    for (const name of ['precious', 'victim', 'log']) expect(readFileSync(join(outside, name), 'utf8')).toBe('mine')
  },
)

test('an error caused by a link is told apart from other errors', async () => {
  symlinkSync(precious, join(job, 'one'))
  const files = openBeneath(job)
  const error: unknown = await files.read('one', 10).catch((one: unknown) => one)
  expect(isUnsafePath(error)).toBe(true)
  expect(String(error)).toContain(`${join(job, 'one')} is a link`)
  appendFileSync(join(job, 'two'), 'x')
  expect(isUnsafePath(await files.read('none', 10).catch((one: unknown) => one))).toBe(false)
})
