import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openStudio } from './open-studio.ts'

test('a file that cannot be written is told in the words of the system, and not as a bug', async () => {
  await using it = await openStudio()
  // A folder with something in it: no file can be renamed to its name.
  const path = join(it.dataDir, 'studio', 'sets.json')
  await mkdir(join(path, 'inside'), { recursive: true })
  const { status, body } = await it.call('createSet', { body: { name: 'Mine', items: [] } })
  expect(status).toBe(500)
  expect(body).toMatchObject({
    error: { code: 'SYSTEM_REFUSED', message: expect.stringMatching(`^${path} cannot be used: `), details: [] },
  })
  // It is also printed where the studio was started.
  expect(it.failures.splice(0)).toEqual([expect.objectContaining({ syscall: 'rename' })])
})
