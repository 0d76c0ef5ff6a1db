import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import sharp from 'sharp'
import { z } from 'zod'
import type { SampleImage, SampleItem, SampleLibrary, SampleMedia } from '../../src/demo/sample-plex/model/model.ts'
import { markWebp } from '../../src/demo/sample-renderer/drawing/mark-webp.ts'
import { picture } from '../kometa/pictures.ts'
import { film, media, show as plainShow } from '../support/sample-plex.ts'

const picSchema = z.object({ seed: z.int(), mark: z.boolean(), fmt: z.string().nullable() })
type Pic = z.infer<typeof picSchema>

const rating = z.union([z.number(), z.string().transform(Number)]).nullable()
const itemSchema = z.object({
  type: z.enum(['movie', 'show', 'season', 'episode']),
  key: z.string(),
  title: z.string(),
  year: z.int().nullable().optional(),
  section: z.string().optional(),
  parent: z.string().optional(),
  index: z.int().optional(),
  medias: z
    .array(
      z.object({
        resolution: z.string(),
        hdr: z.union([z.string(), z.boolean()]).optional(),
        dovi: z.boolean().optional(),
      }),
    )
    .nullable()
    .optional(),
  labels: z.array(z.string()),
  /** False: the item has no poster of its own and shows that of its parent. */
  thumb: z.union([z.boolean(), z.string()]).nullable(),
  image: picSchema.nullable(),
  posters: z.array(z.object({ rk: z.string(), sel: z.int().optional(), img: picSchema })),
  rating,
  audienceRating: rating,
  userRating: rating,
})
export type WorldItem = z.infer<typeof itemSchema>

const worldSchema = z.object({
  sections: z.array(z.object({ key: z.string(), type: z.enum(['movie', 'show']), title: z.string() })),
  items: z.array(itemSchema),
  collections: z.array(
    z.object({ key: z.string(), title: z.string(), members: z.array(z.string()), section: z.string() }),
  ),
})
export type World = z.infer<typeof worldSchema>

const shim = fileURLToPath(new URL('read-world.py', import.meta.url))

/** What Plex holds according to `world.py`, and `mutate_plex.py` after it. */
export async function readWorld(python: string, files: readonly string[]): Promise<World> {
  const { stdout } = await promisify(execFile)(python, [shim, ...files], { maxBuffer: 64 * 1024 * 1024 })
  return worldSchema.parse(JSON.parse(stdout))
}

/** The libraries of a world, for the sample Plex. */
export async function librariesOf(world: World): Promise<SampleLibrary[]> {
  const built = new Map<string, SampleItem>()
  for (const item of world.items) built.set(item.key, await buildItem(item))
  const below = (key: string): SampleItem[] =>
    world.items
      .filter(({ parent }) => parent === key)
      .flatMap(({ key: child }) => {
        const item = built.get(child)
        return item ? [{ ...item, ...(item.type === 'season' ? { children: below(child) } : {}) }] : []
      })
  return world.sections.map(({ key, type, title }) => ({
    key: Number(key),
    title,
    type,
    items: world.items
      .filter((item) => item.section === key)
      .flatMap((item) => {
        const made = built.get(item.key)
        return made ? [{ ...made, ...(type === 'show' ? { children: below(item.key) } : {}) }] : []
      }),
    collections: world.collections
      .filter(({ section }) => section === key)
      .map(({ key: ratingKey, title: name, members }) => ({ ratingKey, title: name, items: members })),
  }))
}

async function buildItem(item: WorldItem): Promise<SampleItem> {
  const { key, title } = item
  const common: Partial<SampleItem> = {
    labels: item.labels,
    // TMDb knows none of them, so it has no poster to replace a lost one.
    guids: [`imdb://tt${key.padStart(7, '0')}`],
    posters: await postersOf(item),
    ...(item.year == null ? {} : { year: item.year }),
    ...(item.rating === null ? {} : { rating: item.rating, ratingImage: 'rottentomatoes://image.rating.ripe' }),
    ...(item.audienceRating === null
      ? {}
      : { audienceRating: item.audienceRating, audienceRatingImage: 'rottentomatoes://image.rating.upright' }),
    ...(item.userRating === null ? {} : { userRating: item.userRating }),
  }
  if (item.type === 'movie') return film(key, title, { ...common, media: mediasOf(item) })
  if (item.type === 'show') return plainShow(key, title, [], common)
  const { index } = item
  if (item.type === 'season')
    return {
      type: 'season',
      ratingKey: key,
      title,
      ...common,
      ...(index === undefined ? {} : { index }),
      inheritsPoster: true,
    }
  return {
    type: 'episode',
    ratingKey: key,
    title,
    ...common,
    ...(index === undefined ? {} : { index }),
    media: mediasOf(item),
    originallyAvailableAt: '1990-04-08',
    durationMs: 1_500_000,
  }
}

function mediasOf({ medias }: WorldItem): SampleMedia[] {
  if (!medias || medias.length === 0) return [media('1080')]
  return medias.map(({ resolution, hdr, dovi }) =>
    media(resolution === '4k' || resolution === '720' || resolution === '480' ? resolution : '1080', {
      ...(hdr ? { colorTrc: 'smpte2084' } : {}),
      ...(dovi ? { doviPresent: true } : {}),
    }),
  )
}

/** If no listed poster is the one that Plex shows, the shown poster exists but is in no list. */
async function postersOf({ posters, image, thumb }: WorldItem): Promise<SampleImage[]> {
  const listed = await Promise.all(
    posters.map(async ({ rk, sel, img }) => ({ ...(await sampleImage(rk, img)), ...(sel ? { selected: true } : {}) })),
  )
  if (posters.length > 0 || image === null || thumb === false || thumb === null) return listed
  return [{ ...(await sampleImage('metadata://posters/unlisted', image)), unlisted: true, selected: true }]
}

async function sampleImage(ratingKey: string, pic: Pic): Promise<SampleImage> {
  const bytes = await drawPic(pic)
  const mediaType = pic.mark ? 'image/webp' : 'image/png'
  const provider = ratingKey.startsWith('upload:') ? {} : { provider: 'tv.plex.agents.movie' }
  return { ratingKey, ...provider, mediaType, read: () => bytes }
}

async function drawPic({ seed, mark }: Pic): Promise<Buffer> {
  const plain = picture(`case picture ${seed}`)
  return mark ? markWebp(await sharp(plain).webp({ lossless: true }).toBuffer()) : plain
}
