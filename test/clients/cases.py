"""What each method of python-plexapi must do through the proxy, and how it is called.

WRITE    returns without an exception, and has sent at least one post, put or delete
CHANGES  a GET by which Plex changes something: raises within a second
REFUSED  needs a read that the proxy does not let through: raises, and has sent no write
AWAY     goes to plex.tv, never through the proxy: raises, since the suite lets nothing out
READ     returns without an exception, and has sent nothing but GETs, or nothing at all
"""
from datetime import datetime
from types import SimpleNamespace
from typing import Callable, NamedTuple

WRITE, CHANGES, REFUSED, AWAY, READ = "write", "changes", "refused", "away", "read"


class Case(NamedTuple):
    kind: str
    call: Callable
    note: str = ""


def each(kind, *names, args=()):
    """The same kind and arguments for many names."""
    return {name: [Case(kind, lambda o, ctx, name=name: getattr(o, name)(*args))] for name in names}


def one(kind, call, note=""):
    return [Case(kind, call, note)]


class PlayingClient(SimpleNamespace):
    """A player that is reached through the server, like plexapi's PlexClient."""

    def playMedia(self, media):
        self._server.query("/player/playback/playMedia?commandID=1", headers={"X-Plex-Target-Client-Identifier": "x"})


TODAY = datetime(2020, 1, 1)
STREAM = SimpleNamespace(key="/library/streams/999", id=999, title="x")
RESULT = SimpleNamespace(guid="plex://movie/5d7768244de0ee001fcc7fed", name="x")

EDITS = {
    name: one(WRITE, lambda o, ctx, name=name, value=value: ctx.editing(o, name, value))
    for name, value in {
        "editAddedAt": TODAY,
        "editAudienceRating": 7.5,
        "editContentRating": "PG",
        "editCriticRating": 7.5,
        "editEditionTitle": "Cut",
        "editOriginalTitle": "T",
        "editOriginallyAvailable": TODAY,
        "editSortTitle": "T",
        "editStudio": "S",
        "editSummary": "S",
        "editTagline": "T",
        "editTitle": "T",
        "editUserRating": 5,
        **{f"{verb}{tag}": ["X"] for verb in ("add", "remove") for tag in
           ("Collection", "Country", "Director", "Genre", "Label", "Producer", "Writer")},
    }.items()
}
EDITS |= {
    name: one(WRITE, lambda o, ctx, name=name: ctx.editing(o, name))
    for name in [f"{verb}{what}" for verb in ("lock", "unlock") for what in ("Art", "Logo", "Poster", "SquareArt", "Theme")]
}
EDITS |= {
    "editField": one(WRITE, lambda o, ctx: ctx.editing(o, "editField", "title", "T")),
    "editTags": one(WRITE, lambda o, ctx: ctx.editing(o, "editTags", "label", ["X"])),
}

ARTWORK = {}
for _name in ("Poster", "Art", "Logo", "SquareArt", "Theme"):
    ARTWORK[f"upload{_name}"] = [
        Case(WRITE, lambda o, ctx, n=_name: getattr(o, f"upload{n}")(filepath=ctx.picture(o, n)), "a file"),
        Case(WRITE, lambda o, ctx, n=_name: getattr(o, f"upload{n}")(url=ctx.movie.posterUrl), "an address of the server"),
    ]
    ARTWORK[f"set{_name}"] = one(WRITE, lambda o, ctx, n=_name: getattr(o, f"set{n}")(ctx.poster))
    ARTWORK |= each(WRITE, f"delete{_name}")

ARTWORK["setTheme"] = one(REFUSED, lambda o, ctx: o.setTheme(ctx.poster), "plexapi itself says that it cannot")

# Every object of plexapi has these; when their data is already loaded they send no request.
EVERY_OBJECT = {
    "fetchItem": one(READ, lambda o, ctx: o.fetchItem(ctx.movie.ratingKey)),
    "fetchItems": one(READ, lambda o, ctx: o.fetchItems("/library/sections/1/all")),
    "findItem": one(READ, lambda o, ctx: o.findItem(o._data)),
    "findItems": one(READ, lambda o, ctx: o.findItems(o._data)),
    "firstAttr": one(READ, lambda o, ctx: o.firstAttr("title")),
    "listAttrs": one(READ, lambda o, ctx: o.listAttrs(o._data, "title")),
    **each(READ, "reload"),
}

ITEM = EVERY_OBJECT | EDITS | ARTWORK | {
    **each(WRITE, "analyze", "refresh", "delete", "split", "unmatch", "defaultAdvanced", "removeFromContinueWatching"),
    **each(CHANGES, "markPlayed", "markUnplayed", "markWatched", "markUnwatched", "searchSubtitles"),
    **each(AWAY, "addToWatchlist", "removeFromWatchlist", "onWatchlist", "streamingServices", "augmentation"),
    **each(READ, "arts", "posters", "logos", "squareArts", "themes", "extras", "hubs", "history", "section", "reviews",
           "preferences", "isFullObject", "isPartialObject", "getWebURL", "iterParts", "audioStreams", "videoStreams",
           "subtitleStreams", "lyricStreams", "editions", "season", "seasons", "episodes", "show", "onDeck", "watched",
           "unwatched", "items", "filters", "visibility", "batchEdits"),
    "rate": one(WRITE, lambda o, ctx: o.rate(7)),
    "edit": one(WRITE, lambda o, ctx: o.edit(**{"title.value": "T", "title.locked": 1})),
    "_edit": one(WRITE, lambda o, ctx: o._edit(**{"title.value": "T"})),
    "saveEdits": one(WRITE, lambda o, ctx: o.batchEdits().editTitle("T").saveEdits()),
    "editAdvanced": one(WRITE, lambda o, ctx: o.editAdvanced(**ctx.preference(o))),
    "preference": one(READ, lambda o, ctx: o.preference(next(iter(ctx.preference(o))))),
    "merge": one(WRITE, lambda o, ctx: o.merge([ctx.movie.ratingKey])),
    "fixMatch": one(WRITE, lambda o, ctx: o.fixMatch(searchResult=RESULT)),
    "matches": one(REFUSED, lambda o, ctx: o.matches(title="x", year=1999, agent=None)),
    "optimize": one(WRITE, lambda o, ctx: o.optimize(target="mobile")),
    "uploadSubtitles": one(WRITE, lambda o, ctx: o.uploadSubtitles(ctx.subtitles)),
    "downloadSubtitles": one(WRITE, lambda o, ctx: o.downloadSubtitles(STREAM)),
    "removeSubtitles": one(WRITE, lambda o, ctx: o.removeSubtitles(subtitleStream=STREAM)),
    "playQueue": one(WRITE, lambda o, ctx: o.playQueue()),
    "play": one(CHANGES, lambda o, ctx: o.play(PlayingClient(_server=o._server))),
    "updateProgress": one(CHANGES, lambda o, ctx: o.updateProgress(1000)),
    "updateTimeline": one(CHANGES, lambda o, ctx: o.updateTimeline(1000, duration=2000)),
    "getStreamURL": [
        Case(READ, lambda o, ctx: o.getStreamURL(), "the address alone"),
        Case(CHANGES, lambda o, ctx: ctx.fetch(o.getStreamURL()), "what asking for it would start"),
    ],
    "download": one(REFUSED, lambda o, ctx: ctx.fetch(o._server.url(f"{ctx.part_of(o).key}?download=1", includeToken=True)),
                    "its request, since plexapi itself saves the page of a refusal as the film"),
    "url": one(READ, lambda o, ctx: o.url("/identity")),
    "isLocked": one(READ, lambda o, ctx: o.isLocked("title")),
    "sync": one(AWAY, lambda o, ctx: o.sync(3, client=ctx.device)),
    "episode": one(READ, lambda o, ctx: o.episode(season=1, episode=1) if o.TYPE == "show" else o.episode(episode=1)),
    "get": one(READ, lambda o, ctx: ctx.get_child(o)),
    "item": one(READ, lambda o, ctx: o.item(ctx.movie.title)),
}

OF_CLASS = {
    "Show": {"season": one(READ, lambda o, ctx: o.season(season=1))},
    "Collection": {
        "create": one(WRITE, lambda o, ctx: o.create(ctx.server, "C", "Movies", items=[ctx.movie])),
        "_create": one(WRITE, lambda o, ctx: o._create(ctx.server, "C", "Movies", [ctx.movie])),
        "_createSmart": one(WRITE, lambda o, ctx: o._createSmart(ctx.server, "C", ctx.movies, year=1927)),
        "addItems": one(WRITE, lambda o, ctx: o.addItems([ctx.other_movie])),
        "removeItems": one(WRITE, lambda o, ctx: o.removeItems([ctx.movie])),
        "moveItem": one(WRITE, lambda o, ctx: o.moveItem(ctx.movie, after=ctx.other_movie)),
        "modeUpdate": one(WRITE, lambda o, ctx: o.modeUpdate("hide")),
        "sortUpdate": one(WRITE, lambda o, ctx: o.sortUpdate("alpha")),
        "filterUserUpdate": one(WRITE, lambda o, ctx: ctx.smart_collection().filterUserUpdate("user")),
        "updateFilters": one(WRITE, lambda o, ctx: ctx.smart_collection().updateFilters(year=1927)),
        "filters": one(READ, lambda o, ctx: ctx.smart_collection().filters()),
        "sync": one(AWAY, lambda o, ctx: o.sync(videoQuality=3, client=ctx.device)),
        "hubs": one(REFUSED, lambda o, ctx: o.hubs(), "/library/collections/N/related is not on the list of reads"),
    },
    "Playlist": {
        "create": one(WRITE, lambda o, ctx: o.create(ctx.server, "P", items=[ctx.movie])),
        "_create": one(WRITE, lambda o, ctx: o._create(ctx.server, "P", [ctx.movie])),
        "_createSmart": one(WRITE, lambda o, ctx: o._createSmart(ctx.server, "P", ctx.movies, year=1927)),
        "_createFromM3U": one(REFUSED, lambda o, ctx: o._createFromM3U(ctx.server, "P", ctx.movies, ctx.subtitles),
                              "posts, then looks for the playlist that it believes it made"),
        "addItems": one(WRITE, lambda o, ctx: o.addItems([ctx.other_movie])),
        "removeItems": one(WRITE, lambda o, ctx: o.removeItems([o.items()[0]])),
        "moveItem": one(WRITE, lambda o, ctx: o.moveItem(o.items()[0], after=o.items()[1])),
        "updateFilters": one(WRITE, lambda o, ctx: ctx.smart_playlist().updateFilters(year=1927)),
        "filters": one(READ, lambda o, ctx: ctx.smart_playlist().filters()),
        "section": one(READ, lambda o, ctx: ctx.smart_playlist().section()),
        "copyToUser": one(AWAY, lambda o, ctx: o.copyToUser("somebody")),
        "sync": one(AWAY, lambda o, ctx: ctx.smart_playlist().sync(videoQuality=3, client=ctx.device)),
        "getStreamURL": one(REFUSED, lambda o, ctx: o.getStreamURL(), "a playlist has none"),
        **{name: one(REFUSED, lambda o, ctx, name=name: getattr(o, name)(), "plexapi looks for media that a playlist has not")
           for name in ("audioStreams", "videoStreams", "subtitleStreams", "lyricStreams")},
    },
}

LIBRARY = EVERY_OBJECT | {
    **each(WRITE, "cancelUpdate", "cleanBundles", "deleteMediaPreviews", "emptyTrash", "optimize"),
    **each(CHANGES, "refresh", "update"),
    **each(READ, "all", "history", "hubs", "onDeck", "recentlyAdded", "sections"),
    "search": one(READ, lambda o, ctx: o.search(title="Metropolis", libtype="movie")),
    "section": one(READ, lambda o, ctx: o.section("Movies")),
    "sectionByID": one(READ, lambda o, ctx: o.sectionByID(1)),
    "tags": one(READ, lambda o, ctx: o.tags("genre")),
    "add": [
        Case(WRITE, lambda o, ctx: o.add("N", "movie", "tv.plex.agents.movie", "Plex Movie", []), "without a folder"),
        Case(REFUSED, lambda o, ctx: o.add("N", "movie", "tv.plex.agents.movie", "Plex Movie", "/films"), "looks for the folder first"),
    ],
}

SECTION = EVERY_OBJECT | EDITS | {
    **each(WRITE, "analyze", "cancelUpdate", "defaultAdvanced", "delete", "deleteMediaPreviews", "emptyTrash", "resetManagedHubs"),
    **each(CHANGES, "refresh", "update"),
    **each(READ, "agents", "all", "collections", "continueWatching", "fieldTypes", "filterTypes", "firstCharacter", "folders",
           "getWebURL", "history", "hubs", "listFields", "listFilters", "listSorts", "managedHubs", "onDeck", "playlists",
           "recentlyAdded", "recentlyAddedEpisodes", "recentlyAddedMovies", "recentlyAddedSeasons", "recentlyAddedShows",
           "search", "searchEpisodes", "searchMovies", "searchSeasons", "searchShows", "settings", "timeline", "totalViewSize"),
    "_edit": one(WRITE, lambda o, ctx: o._edit(items=[ctx.item_of(o)], **{"title.value": "T"})),
    "_lockUnlockAllField": one(WRITE, lambda o, ctx: o._lockUnlockAllField("title")),
    "lockAllField": one(WRITE, lambda o, ctx: o.lockAllField("title")),
    "unlockAllField": one(WRITE, lambda o, ctx: o.unlockAllField("title")),
    "edit": one(WRITE, lambda o, ctx: o.edit(name="N")),
    "editAdvanced": one(WRITE, lambda o, ctx: o.editAdvanced(enableBIFGeneration=1)),
    "addLocations": one(REFUSED, lambda o, ctx: o.addLocations("/films"), "looks for the folder first"),
    "removeLocations": one(REFUSED, lambda o, ctx: o.removeLocations(o.locations), "Plex keeps one at least; plexapi says so"),
    "multiEdit": one(WRITE, lambda o, ctx: o.multiEdit([ctx.item_of(o)], **{"title.value": "T"})),
    "batchMultiEdits": one(READ, lambda o, ctx: o.batchMultiEdits([ctx.item_of(o)])),
    "saveMultiEdits": one(WRITE, lambda o, ctx: o.batchMultiEdits([ctx.item_of(o)]).editTitle("T").saveMultiEdits()),
    "createCollection": [
        Case(WRITE, lambda o, ctx: o.createCollection("C", items=[ctx.item_of(o)])),
        Case(WRITE, lambda o, ctx: o.createCollection("C", smart=True, year=1927), "smart"),
    ],
    "createPlaylist": [
        Case(WRITE, lambda o, ctx: o.createPlaylist("P", items=[ctx.leaf_of(o)])),
        Case(WRITE, lambda o, ctx: o.createPlaylist("P", smart=True, filters={"year": 1927}), "smart"),
    ],
    "sync": one(AWAY, lambda o, ctx: o.sync(3, client=ctx.device)),
    "collection": one(READ, lambda o, ctx: o.collection(o.collections()[0].title)),
    "playlist": one(READ, lambda o, ctx: ctx.movies.playlist(ctx.playlist.title)),
    "common": one(READ, lambda o, ctx: o.common([ctx.item_of(o)])),
    "get": one(READ, lambda o, ctx: o.get(ctx.item_of(o).title)),
    "getGuid": one(READ, lambda o, ctx: o.getGuid(ctx.item_of(o).guid)),
    "getFieldType": one(READ, lambda o, ctx: o.getFieldType("tag")),
    "getFilterType": one(READ, lambda o, ctx: o.getFilterType()),
    "hubSearch": one(READ, lambda o, ctx: o.hubSearch("a")),
    "listFilterChoices": one(READ, lambda o, ctx: o.listFilterChoices("label")),
    "listOperators": one(READ, lambda o, ctx: o.listOperators("tag")),
}

SERVER = EVERY_OBJECT | {
    **each(WRITE, "checkForUpdate", "isLatest", "refreshContent", "refreshSync", "refreshSynclist", "unclaim", "_allowMediaDeletion"),
    **each(CHANGES, "createToken"),
    **each(AWAY, "myPlexAccount", "_myPlexClientPorts"),
    "account": one(REFUSED, lambda o, ctx: o.account(), "its answer holds the token of the owner"),
    **each(READ, "agents", "butlerTasks", "canInstallUpdate", "clients", "continueWatching", "currentBackgroundProcess", "getWebURL",
           "history", "identity", "playlists", "resources", "sessions", "systemAccounts", "systemDevices", "transcodeSessions"),
    "bandwidth": one(REFUSED, lambda o, ctx: o.bandwidth()),
    "browse": one(REFUSED, lambda o, ctx: o.browse()),
    "isBrowsable": one(REFUSED, lambda o, ctx: o.isBrowsable("/films")),
    "walk": one(REFUSED, lambda o, ctx: list(o.walk())),
    "installUpdate": one(WRITE, lambda o, ctx: o.installUpdate()),
    "claim": one(WRITE, lambda o, ctx: o.claim(SimpleNamespace(claimToken=lambda: "claim-x"))),
    "client": one(REFUSED, lambda o, ctx: o.client("nobody"), "there is none"),
    "conversions": [
        Case(WRITE, lambda o, ctx: o.conversions(pause=True)),
        Case(WRITE, lambda o, ctx: o.conversions(pause=False)),
        Case(REFUSED, lambda o, ctx: o.conversions()),
    ],
    "optimizedItems": [Case(WRITE, lambda o, ctx: o.optimizedItems(removeAll=True)), Case(READ, lambda o, ctx: o.optimizedItems())],
    "createCollection": one(WRITE, lambda o, ctx: o.createCollection("C", "Movies", items=[ctx.movie])),
    "createPlaylist": one(WRITE, lambda o, ctx: o.createPlaylist("P", items=[ctx.movie])),
    "createPlayQueue": one(WRITE, lambda o, ctx: o.createPlayQueue(ctx.movie)),
    "downloadDatabases": one(CHANGES, lambda o, ctx: ctx.fetch(o.url("/diagnostics/databases", includeToken=True)), "its request alone"),
    "downloadLogs": one(CHANGES, lambda o, ctx: ctx.fetch(o.url("/diagnostics/logs", includeToken=True)), "its request alone"),
    "playlist": one(READ, lambda o, ctx: o.playlist(ctx.playlist.title)),
    "query": [
        Case(READ, lambda o, ctx: o.query("/identity")),
        Case(WRITE, lambda o, ctx: o.query("/anything/at/all", method=o._session.delete)),
        Case(CHANGES, lambda o, ctx: o.query("/anything/at/all")),
    ],
    "runButlerTask": one(WRITE, lambda o, ctx: o.runButlerTask("BackupDatabase")),
    "search": one(READ, lambda o, ctx: o.search("a")),
    "startAlertListener": one(CHANGES, lambda o, ctx: ctx.fetch(o.url("/:/websockets/notifications", includeToken=True)), "its request alone"),
    "switchUser": one(AWAY, lambda o, ctx: o.switchUser("somebody")),
    "systemAccount": one(READ, lambda o, ctx: o.systemAccount(1)),
    "systemDevice": one(REFUSED, lambda o, ctx: o.systemDevice(1), "there is none"),
    "transcodeImage": one(CHANGES, lambda o, ctx: ctx.fetch(o.transcodeImage(ctx.movie.thumb, 10, 10)), "its request alone"),
    "url": one(READ, lambda o, ctx: o.url("/identity")),
}

# The objects that the promise covers: every method of them must be known, whether it changes something or not.
SUBJECTS = {
    "Movie": ITEM,
    "Show": ITEM | OF_CLASS["Show"],
    "Season": ITEM,
    "Episode": ITEM,
    "Collection": ITEM | OF_CLASS["Collection"],
    "Playlist": ITEM | OF_CLASS["Playlist"],
    "Library": LIBRARY,
    "MovieSection": SECTION,
    "ShowSection": SECTION,
    "PlexServer": SERVER,
}

# Where plexapi defines each one: some names exist twice (a collection, and the tag of that name).
MODULES = {
    **dict.fromkeys(("Movie", "Show", "Season", "Episode"), "video"),
    **dict.fromkeys(("Library", "MovieSection", "ShowSection", "ManagedHub"), "library"),
    **dict.fromkeys(("Media", "MediaPart", "AudioStream", "SubtitleStream", "Poster"), "media"),
    "Collection": "collection",
    "Playlist": "playlist",
    "PlayQueue": "playqueue",
    "PlexServer": "server",
    "Settings": "settings",
}
