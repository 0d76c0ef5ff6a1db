import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { removeStaleWorkspaces } from '../../src/config/workspace/stale-workspaces.ts'
import { openRemembered, rememberedFor } from '../../src/run/reuse/remembered.ts'

let workspaces: string
beforeEach(async () => {
  workspaces = await mkdtemp(join(tmpdir(), 'remembered-'))
})
afterEach(() => rm(workspaces, { recursive: true, force: true }))

const open = (limits = { maxIdleMs: 60_000, maxStores: 2 }) => openRemembered(workspaces, { lasting: true, limits })
const stores = async () => {
  const [folder = ''] = await readdir(workspaces)
  return (await readdir(join(workspaces, folder))).filter((name) => name !== 'owner.json')
}

describe('what is remembered from job to job', () => {
  test('there is one store for each server and token, and the next job gets the same one', async () => {
    await using remembered = await open()
    const one = await remembered.borrow('server', 'token')
    const other = await remembered.borrow('server', 'another token')
    expect(other.store).not.toBe(one.store)
    await one[Symbol.asyncDispose]()
    const again = await remembered.borrow('server', 'token')
    expect(again.store).toBe(one.store)
    expect(JSON.stringify(await stores())).not.toContain('token')
  })

  test('a store is forgotten when nobody has used it for as long as it may be reused', async () => {
    await using remembered = await open({ maxIdleMs: 5, maxStores: 2 })
    const one = await remembered.borrow('server', 'token')
    const other = await remembered.borrow('another', 'token')
    await writeFile(join(one.store.folder, 'picture'), 'bytes')
    await one[Symbol.asyncDispose]()
    // Ending it twice has the same effect as once.
    await one[Symbol.asyncDispose]()
    await vi.waitFor(async () => expect(await stores()).toHaveLength(1))
    const later = await remembered.borrow('server', 'token')
    expect(later.store).not.toBe(one.store)
    expect(await readdir(other.store.folder)).toEqual([])
  })

  test('the number of stores is limited, not counting those of running jobs', async () => {
    await using remembered = await open()
    const [first, second] = [await remembered.borrow('1', 't'), await remembered.borrow('2', 't')]
    await first[Symbol.asyncDispose]()
    await remembered.borrow('3', 't')
    expect(await stores()).toHaveLength(2)
    await remembered.borrow('4', 't')
    expect(await stores()).toHaveLength(3)
    expect((await remembered.borrow('2', 't')).store).toBe(second.store)
  })

  test('a store goes with its own end, not with the end of a job that borrowed it', async () => {
    const remembered = await open()
    await remembered.borrow('1', 't')
    await (await rememberedFor(remembered, workspaces))[Symbol.asyncDispose]()
    expect(await stores()).toHaveLength(1)
    await remembered[Symbol.asyncDispose]()
    expect(await readdir(workspaces)).toEqual([])
  })

  test('a store stays while its process lives, whatever else starts in the workspaces', async () => {
    await using _remembered = await open()
    expect(await removeStaleWorkspaces(workspaces)).toEqual([])
    const [name = ''] = await readdir(workspaces)
    const file = join(workspaces, name, 'owner.json')
    const { owner, keep } = JSON.parse(await readFile(file, 'utf8'))
    await writeFile(file, JSON.stringify({ owner: { ...owner, start: 'of another process' }, keep }))
    expect(await removeStaleWorkspaces(workspaces)).toEqual([name])
  })
})
