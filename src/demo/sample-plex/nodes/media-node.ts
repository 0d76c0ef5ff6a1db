import { type Entry, updatedAtOf } from '../model/entry.ts'
import type { SampleMedia, SampleStream } from '../model/model.ts'
import { languageName } from '../query/tags.ts'
import { node, type PlexNode } from './node.ts'

const streamTypes = { video: 1, audio: 2, subtitle: 3 } as const
const idsPerItem = 100
const streamsPerPart = 40

/** `Media` with its `Part`. Like Plex, it has streams only if the request named the item itself. */
export function mediaNodes(entry: Entry, withStreams: boolean): PlexNode[] {
  return (entry.values.media ?? []).map((media, at) => {
    const id = Number(entry.ratingKey) * idsPerItem + at
    const video = media.streams.find((stream) => stream.kind === 'video')
    const audio = media.streams.find((stream) => stream.kind === 'audio')
    const container = media.container ?? (entry.type === 'track' ? 'flac' : 'mkv')
    const audioProfile = audio?.profile
    const videoProfile = video === undefined ? undefined : profileOf(video)
    const attrs = {
      id,
      duration: entry.values.durationMs,
      bitrate: media.bitrate,
      width: media.width,
      height: media.height,
      aspectRatio: aspectRatio(media),
      audioChannels: audio?.channels,
      audioCodec: audio?.codec,
      videoCodec: video?.codec,
      videoResolution: media.videoResolution,
      container,
      videoFrameRate: video === undefined ? undefined : video.frameRate === 25 ? 'PAL' : '24p',
      audioProfile,
      videoProfile,
    }
    const part = {
      id,
      key: `/library/parts/${id}/${updatedAtOf(entry)}/file.${container}`,
      duration: entry.values.durationMs,
      file: media.file ?? defaultFile(entry, media, container),
      size: media.sizeBytes ?? 1_000_000_000,
      audioProfile,
      container,
      videoProfile,
    }
    const streams = withStreams ? media.streams.map((stream, index) => streamNode(stream, media, id, index)) : []
    return node('Media', attrs, [node('Part', part, streams)])
  })
}

function streamNode(stream: SampleStream, media: SampleMedia, mediaId: number, index: number): PlexNode {
  const shared = {
    id: mediaId * streamsPerPart + index,
    streamType: streamTypes[stream.kind],
    default: index < 2,
    codec: stream.codec,
    index,
  }
  if (stream.kind === 'video') {
    const dovi = stream.doviPresent === true
    return node('Stream', {
      ...shared,
      bitrate: media.bitrate,
      bitDepth: stream.bitDepth ?? (isWide(stream) ? 10 : 8),
      chromaSubsampling: '4:2:0',
      colorTrc: stream.colorTrc,
      colorPrimaries: isWide(stream) ? 'bt2020' : 'bt709',
      ...(dovi
        ? { DOVIBLPresent: true, DOVIPresent: true, DOVIProfile: stream.doviProfile ?? 8, DOVIVersion: '1.0' }
        : {}),
      frameRate: stream.frameRate ?? 23.976,
      height: media.height,
      width: media.width,
      profile: profileOf(stream),
      displayTitle: stream.displayTitle ?? videoTitle(stream, media),
      extendedDisplayTitle: stream.displayTitle ?? videoTitle(stream, media),
    })
  }
  const language =
    stream.language ?? (stream.languageCode === undefined ? undefined : languageName(stream.languageCode))
  const spoken = {
    language,
    languageTag: stream.languageCode?.slice(0, 2),
    languageCode: stream.languageCode,
    title: stream.title,
  }
  if (stream.kind === 'audio') {
    const sound = `${codecTitle(stream.codec, stream.profile)} ${channelsTitle(stream.channels)}`
    const displayTitle = `${language ?? 'Unknown'} (${sound})`
    return node('Stream', {
      ...shared,
      selected: stream.selected ?? index === 1,
      channels: stream.channels,
      ...spoken,
      audioChannelLayout: stream.channels === 8 ? '7.1' : stream.channels === 6 ? '5.1(side)' : 'stereo',
      profile: stream.profile,
      samplingRate: 48_000,
      displayTitle,
      extendedDisplayTitle: stream.extendedDisplayTitle ?? displayTitle,
    })
  }
  const displayTitle = `${language ?? 'Unknown'}${stream.forced ? ' Forced' : ''} (${stream.codec.toUpperCase()})`
  return node('Stream', {
    ...shared,
    default: undefined,
    ...spoken,
    forced: stream.forced,
    displayTitle,
    extendedDisplayTitle: displayTitle,
  })
}

function isWide(stream: SampleStream): boolean {
  return stream.kind === 'video' && (stream.doviPresent === true || (stream.colorTrc ?? 'bt709') !== 'bt709')
}

function profileOf(stream: SampleStream & { kind: 'video' }): string {
  return isWide(stream) ? 'main 10' : stream.codec === 'hevc' ? 'main' : 'high'
}

function aspectRatio(media: SampleMedia): string | undefined {
  if (media.width === undefined || media.height === undefined) return undefined
  return (media.width / media.height).toFixed(2)
}

/** `4K DoVi/HDR10 (HEVC Main 10)`: the words that Kometa's HDR filters look for. */
function videoTitle(stream: SampleStream & { kind: 'video' }, media: SampleMedia): string {
  const resolution = media.videoResolution ?? ''
  const size = /^\d+$/.test(resolution) ? `${resolution}p` : resolution.toUpperCase()
  const range = stream.colorTrc === 'arib-std-b67' ? 'HLG' : stream.colorTrc === 'smpte2084' ? 'HDR10' : ''
  const wide = [stream.doviPresent ? 'DoVi' : '', range].filter((word) => word !== '').join('/')
  const codec = `(${stream.codec.toUpperCase()}${isWide(stream) ? ' Main 10' : ''})`
  return [size, wide, codec].filter((word) => word !== '').join(' ')
}

const codecTitles: Record<string, string> = { dca: 'DTS', truehd: 'TRUEHD', eac3: 'EAC3', pcm: 'PCM' }

function codecTitle(codec: string, profile: string | undefined): string {
  return codec === 'dca' && profile === 'ma' ? 'DTS-HD MA' : (codecTitles[codec] ?? codec.toUpperCase())
}

function channelsTitle(channels: number): string {
  if (channels === 1) return 'Mono'
  return channels === 2 ? 'Stereo' : `${channels - 1}.1`
}

function defaultFile(entry: Entry, media: SampleMedia, container: string): string {
  const root = entry.section?.library.location ?? `/media/${entry.section?.library.title ?? 'other'}`
  const show = entry.parent?.parent
  const { title, year, index } = entry.values
  const quality = media.videoResolution === undefined ? '' : ` [${media.videoResolution}]`
  if (show !== null && show !== undefined) {
    const number = `S${pad(entry.parent?.values.index)}E${pad(index)}`
    const { title } = show.values
    return `${root}/${title}/${entry.parent?.values.title}/${title} - ${number}${quality}.${container}`
  }
  const name = `${title}${year === undefined ? '' : ` (${year})`}`
  return `${root}/${name}/${name}${quality}.${container}`
}

function pad(index: number | undefined): string {
  return String(index ?? 0).padStart(2, '0')
}
