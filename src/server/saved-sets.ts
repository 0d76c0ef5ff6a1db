import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { type SavedSet, savedSetSchema, type setRequestSchema } from '../contract/api/api-items.ts'
import { notFound, RequestProblem } from './http/request-problem.ts'
import { openJsonFile } from './json-file.ts'
import { limits } from './limits.ts'

type SetRequest = z.output<typeof setRequestSchema>

/** Selections of items that the user has saved under a name. */
export interface SavedSets {
  list(): SavedSet[]
  create(request: SetRequest): Promise<SavedSet>
  update(id: string, request: SetRequest): Promise<SavedSet>
  remove(id: string): Promise<void>
}

export async function openSavedSets(dataDir: string, onDamage: (error: Error) => void): Promise<SavedSets> {
  const file = await openJsonFile(join(dataDir, 'studio', 'sets.json'), z.array(savedSetSchema), [], onDamage)
  const make = (id: string, { name, items }: SetRequest): SavedSet => ({
    id,
    name,
    items,
    updatedAt: new Date().toISOString(),
  })
  const required = (id: string) => {
    if (!file.get().some((set) => set.id === id)) throw notFound('This set has been deleted.')
  }
  return {
    list: () => file.get().toSorted((a, b) => a.name.localeCompare(b.name)),
    async create(request) {
      if (file.get().length >= limits.maxSets) {
        throw new RequestProblem(409, 'TOO_LARGE', 'There are too many sets.', { hint: 'Delete one first.' })
      }
      const made = make(randomBytes(8).toString('hex'), request)
      await file.set([...file.get(), made])
      return made
    },
    async update(id, request) {
      required(id)
      const made = make(id, request)
      await file.set(file.get().map((set) => (set.id === id ? made : set)))
      return made
    },
    async remove(id) {
      required(id)
      await file.set(file.get().filter((set) => set.id !== id))
    },
  }
}
