import type { SampleMedia, SampleStream } from '../sample-plex/model/model.ts'

const pictures = {
  '4k': { width: 3840, height: 2160, bitrate: 48_200, codec: 'hevc' },
  '1080': { width: 1920, height: 1080, bitrate: 18_400, codec: 'h264' },
  '720': { width: 1280, height: 720, bitrate: 6_100, codec: 'h264' },
  '480': { width: 720, height: 480, bitrate: 2_300, codec: 'mpeg2video' },
  '576': { width: 720, height: 576, bitrate: 2_700, codec: 'mpeg2video' },
} as const

/**
 * `words` stand in the file name, where Kometa's default overlays look for them. The rest is what Plex reads from the
 * stream.
 */
const sounds = {
  'truehd-atmos': { words: 'TrueHD Atmos 7.1', codec: 'truehd', channels: 8 },
  truehd: { words: 'TrueHD 5.1', codec: 'truehd', channels: 6 },
  'dtshd-ma': { words: 'DTS-HD MA 5.1', codec: 'dca', profile: 'ma', channels: 6 },
  dts: { words: 'DTS 5.1', codec: 'dca', profile: 'dts', channels: 6 },
  'ddp-atmos': { words: 'DD+ Atmos 5.1', codec: 'eac3', channels: 6 },
  eac3: { words: 'EAC3 5.1', codec: 'eac3', channels: 6 },
  ac3: { words: 'AC3 2.0', codec: 'ac3', channels: 2 },
  aac: { words: 'AAC 2.0', codec: 'aac', profile: 'lc', channels: 2 },
  flac: { words: 'FLAC 1.0', codec: 'flac', channels: 1 },
  pcm: { words: 'LPCM 2.0', codec: 'pcm', channels: 2 },
  opus: { words: 'Opus 2.0', codec: 'opus', channels: 2 },
  mp3: { words: 'MP3 2.0', codec: 'mp3', channels: 2 },
} as const

const ranges = {
  sdr: { words: '', colorTrc: 'bt709', dovi: false },
  hdr: { words: 'HDR10', colorTrc: 'smpte2084', dovi: false },
  hlg: { words: 'HLG', colorTrc: 'arib-std-b67', dovi: false },
  dv: { words: 'DV HDR10', colorTrc: 'smpte2084', dovi: true },
} as const

const languages = {
  eng: 'English',
  deu: 'German',
  fra: 'French',
  rus: 'Russian',
  zxx: 'No linguistic content',
} as const

export interface MediaSpec {
  picture: keyof typeof pictures
  sound: keyof typeof sounds
  range?: keyof typeof ranges
  language?: keyof typeof languages
  subtitles?: readonly (keyof typeof languages)[]
  source?: string
}

/** One version of a file, with a name of the usual form. */
export function mediaOf(spec: MediaSpec, file: { folder: string; name: string; minutes: number }): SampleMedia {
  const picture = pictures[spec.picture]
  const sound = sounds[spec.sound]
  const range = ranges[spec.range ?? 'sdr']
  const language = languages[spec.language ?? 'eng']
  const codec = range.words === '' ? picture.codec : 'hevc'
  const height = /^\d+$/.test(spec.picture) ? `${spec.picture}p` : '2160p'
  const words = [`${spec.source ?? 'Bluray'}-${height}`, range.words, sound.words, codec].filter(Boolean)
  const container = spec.picture === '480' && spec.sound === 'aac' ? 'mp4' : 'mkv'
  const { codec: soundCodec, channels } = sound
  const streams: SampleStream[] = [
    { kind: 'video', codec, colorTrc: range.colorTrc, ...(range.dovi ? { doviPresent: true, doviProfile: 8 } : {}) },
    {
      kind: 'audio',
      codec: soundCodec,
      channels,
      ...('profile' in sound ? { profile: sound.profile } : {}),
      languageCode: spec.language ?? 'eng',
      language,
      title: sound.words,
      extendedDisplayTitle: `${sound.words} (${language})`,
    },
    ...(spec.subtitles ?? []).map(
      (code): SampleStream => ({
        kind: 'subtitle',
        codec: 'srt',
        languageCode: code,
        language: languages[code],
      }),
    ),
  ]
  return {
    videoResolution: spec.picture,
    width: picture.width,
    height: picture.height,
    bitrate: picture.bitrate,
    container,
    file: `${file.folder}/${file.name} ${words.map((word) => `[${word}]`).join('')}.${container}`,
    sizeBytes: Math.round((picture.bitrate * 1000 * file.minutes * 60) / 8),
    streams,
  }
}
