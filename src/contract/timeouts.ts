import { z } from 'zod'

const seconds = (fallback: number, meaning: string) =>
  z.number().min(0.1).max(86_400).default(fallback).describe(`Seconds (${fallback}): ${meaning}`)

/**
 * `preview.timeouts` in preview.yml: how long Kometa Preview waits for a slow or dead peer, in seconds. The defaults
 * fit a home server.
 */
export const timeoutsSchema = z.strictObject({
  plex_connect: seconds(10, 'until a connection to Plex is open, including TLS'),
  plex_headers: seconds(120, 'until Plex begins to answer; a listing of 100,000 items takes a while'),
  plex_body: seconds(60, 'between two pieces of an answer from Plex'),
  plex_idle: seconds(15, 'an unused connection to Plex is closed after this, unless Plex names a shorter time'),
  kometa_headers: seconds(60, 'from the first byte of a request from Kometa to the end of its headers'),
  kometa_body: seconds(300, 'from the first byte of a request from Kometa to the end of its body'),
  kometa_pause: seconds(60, 'between two pieces of an upload from Kometa'),
  kometa_idle: seconds(
    1_800,
    'between two requests from Kometa on one connection; Kometa may work for minutes in between',
  ),
  outside_connect: seconds(15, 'until a connection to another host through the gate is open'),
  outside_headers: seconds(60, 'from the first byte of a request to the gate to the end of its headers'),
  outside_idle: seconds(300, 'without a byte in either direction on a connection through the gate'),
  outside_picture: seconds(30, 'for a picture that Kometa uploads by its URL, redirects included'),
  service_idle: seconds(120, 'while Tautulli, Radarr or Sonarr sends no byte'),
})
export type Timeouts = z.infer<typeof timeoutsSchema>
