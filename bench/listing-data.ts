/** The listing of a library has items of about 2.6 KB, and arrives in chunks of the size that a socket delivers. */
export const chunkBytes = 65_536
const itemBytes = 2_570
const itemsPerBlock = 500

/** The ratingKeys of the targets. */
export const wantedOf = (items: number): ReadonlySet<string> =>
  new Set(['7', '49000', '99999'].filter((key) => Number(key) < items))

/** The listing is made block by block, so that it never is in memory as a whole. */
export function* listing(items: number, total = items): Generator<Buffer> {
  yield Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<MediaContainer size="${items}" totalSize="${total}" offset="0" librarySectionID="1">\n`,
  )
  for (let from = 0; from < items; from += itemsPerBlock) {
    const keys = Array.from({ length: Math.min(itemsPerBlock, items - from) }, (_, index) => from + index)
    const block = Buffer.from(keys.map(xmlItem).join(''))
    for (let at = 0; at < block.length; at += chunkBytes) yield block.subarray(at, at + chunkBytes)
  }
  yield Buffer.from('</MediaContainer>\n')
}

function xmlItem(key: number): string {
  const head = `<Video ratingKey="${key}" key="/library/metadata/${key}" guid="plex://movie/5d776825880197001ec90${key}" studio="A Studio" type="movie" title="Film number ${key}" contentRating="PG" summary="`
  const tail = `" rating="7.1" audienceRating="8.2" year="1999" thumb="/library/metadata/${key}/thumb/1600000000" art="/library/metadata/${key}/art/1600000000" duration="5400000" originallyAvailableAt="1999-03-31" addedAt="1577880000" updatedAt="1600000000">\n<Media id="${key}" duration="5400000" bitrate="9000" width="1920" height="1080" aspectRatio="1.78" audioChannels="6" audioCodec="eac3" videoCodec="h264" videoResolution="1080" container="mkv">\n<Part id="${key}" key="/library/parts/${key}/1600000000/file.mkv" duration="5400000" file="/media/Film ${key} (1999).mkv" size="5400000000" container="mkv"/>\n</Media>\n<Genre tag="Drama"/>\n<Genre tag="Comedy"/>\n<Country tag="France"/>\n<Director tag="A Director"/>\n<Writer tag="A Writer"/>\n<Role tag="First Actor"/>\n<Role tag="Second Actor"/>\n<Role tag="Third Actor"/>\n</Video>\n`
  const room = Math.max(0, itemBytes - head.length - tail.length)
  // The summary ends at a space, so that no entity (`&quot;`) is cut in two.
  return head + xmlSummary.slice(0, xmlSummary.lastIndexOf(' ', room)).padEnd(room, '.') + tail
}

const xmlSummary = 'A plot with &quot;quotes&quot;, Caf&#233;s &amp; turns! Who did it? It goes on. '.repeat(40)
