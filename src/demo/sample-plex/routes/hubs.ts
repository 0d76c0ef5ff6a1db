import { type Call, isOn, type Server, value } from '../call.ts'
import { itemNode } from '../nodes/item-node.ts'
import { node, type PlexNode } from '../nodes/node.ts'
import { notFound, type Reply } from '../nodes/reply.ts'
import { section } from '../query/paging.ts'
import { type TagKind, tagId, tagTypes } from '../query/tags.ts'

const maxHitsPerHub = 10

/** Finds items by title, in a hub for each type, and people, in a hub for each role. Kometa looks up actors here. */
export function search(call: Call, server: Server): Reply {
  const words = (value(call, 'query') ?? '').toLowerCase()
  const within = value(call, 'sectionId')
  const limit = Number(value(call, 'limit') ?? maxHitsPerHub)
  const hubs = new Map<string, PlexNode[]>()
  const add = (type: string, hit: PlexNode) => {
    const hits = hubs.get(type) ?? []
    hubs.set(type, hits)
    if (hits.length < limit) hits.push(hit)
  }
  for (const found of server.store.sections.values()) {
    if (within !== undefined && String(found.key) !== within) continue
    const people = new Map<string, [TagKind, string]>()
    for (const entries of found.byType.values()) {
      for (const entry of entries) {
        if (entry.values.title.toLowerCase().includes(words))
          add(entry.type, itemNode(entry, { full: true, guids: true }))
        for (const { name } of entry.values.actors ?? [])
          if (name.toLowerCase().includes(words)) people.set(`actor ${name}`, ['actor', name])
        for (const name of entry.values.directors ?? [])
          if (name.toLowerCase().includes(words)) people.set(`director ${name}`, ['director', name])
      }
    }
    for (const [kind, name] of people.values()) {
      const id = tagId(kind, name)
      const attrs = {
        librarySectionID: found.key,
        librarySectionKey: `/library/sections/${found.key}`,
        librarySectionTitle: found.title,
        librarySectionType: 1,
      }
      add(
        kind,
        node('Directory', {
          key: `/library/sections/${found.key}/all?${kind}=${id}`,
          ...attrs,
          reason: 'section',
          type: 'tag',
          id,
          filter: `${kind}=${id}`,
          tag: name,
          tagType: tagTypes[kind],
          count: 1,
        }),
      )
    }
  }
  const children = [...hubs].map(([type, hits]) =>
    node(
      'Hub',
      {
        title: type,
        type,
        hubIdentifier: type,
        context: `hub.search.${type}`,
        size: hits.length,
        more: false,
        style: 'shelf',
      },
      hits,
    ),
  )
  return { kind: 'container', attrs: { size: children.length, identifier: 'com.plexapp.plugins.library' }, children }
}

export function managedHubs(call: Call, server: Server, key: string | undefined): Reply {
  const found = section(server, key)
  if (found === null) return notFound
  const ofOne = value(call, 'metadataItemId')
  const hub = (identifier: string, title: string) =>
    node('Hub', {
      deletable: false,
      homeVisibility: 'none',
      identifier,
      promotedToOwnHome: false,
      promotedToRecommended: isOn(call, 'promoted'),
      promotedToSharedHome: false,
      recommendationsVisibility: 'none',
      title,
    })
  const children =
    ofOne === undefined
      ? [hub(`${found.type}.recentlyadded`, 'Recently Added'), hub(`${found.type}.inprogress`, 'Continue Watching')]
      : [hub(`custom.collection.${found.key}.${ofOne}`, server.store.entries.get(ofOne)?.values.title ?? '')]
  return {
    kind: 'container',
    attrs: { size: children.length, allowSync: false, identifier: 'com.plexapp.plugins.library' },
    children,
  }
}
