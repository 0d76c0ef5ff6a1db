import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, connect as openSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AppError } from '../../src/contract/errors.ts'
import { systemRefusal } from '../../src/util/system-refusal.ts'

const errorOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  )

test('real errors of this system become lines that name the thing and say why', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'refusal-'))
  const file = join(dir, 'file')
  await writeFile(file, '')
  const words = async (work: Promise<unknown>) => systemRefusal(await errorOf(work))?.message
  expect(await words(readFile(dir))).toBe('the system refused "read": it is a folder (EISDIR)')
  expect(await words(readdir(file))).toBe(`${file} cannot be used: a part of its path is no folder (ENOTDIR)`)
  expect(await words(readFile(join(dir, 'none')))).toBe(`${join(dir, 'none')} cannot be used: it is not there (ENOENT)`)
  expect(await words(once(spawn('/none/program'), 'spawn'))).toBe(
    '/none/program cannot be started: it is not there (ENOENT)',
  )
  await rm(dir, { recursive: true })
})

test('a port that is taken, and one where nothing listens', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const second = createServer()
  const taken = once(second, 'error')
  second.listen(port, '127.0.0.1')
  expect(systemRefusal((await taken)[0])?.message).toBe(
    `127.0.0.1:${port} cannot be listened on: another program uses this port (EADDRINUSE)`,
  )
  server.close()
  await once(server, 'close')
  const refused = systemRefusal((await once(openSocket(port, '127.0.0.1'), 'error'))[0])
  expect(refused?.message).toBe(`127.0.0.1:${port} cannot be reached: nobody listens there (ECONNREFUSED)`)
  expect(refused).toMatchObject({ code: 'SYSTEM_REFUSED', exitCode: 1 })
})

test('an error while closing does not hide the earlier error', () => {
  const full = Object.assign(new Error('x'), { code: 'ENOSPC', syscall: 'write', path: '/disk/file' })
  const both = Object.assign(new Error('both'), { error: new Error('closing'), suppressed: full })
  expect(systemRefusal(both)).toMatchObject({
    code: 'DISK_FULL',
    message: '/disk/file cannot be used: the disk is full (ENOSPC)',
  })
})

test('bugs, and errors that already have their own message, are left alone', () => {
  expect(systemRefusal(new TypeError('x is not a function'))).toBeNull()
  expect(systemRefusal(new AppError('BAD_USAGE', 'words'))).toBeNull()
  expect(systemRefusal('text')).toBeNull()
})
