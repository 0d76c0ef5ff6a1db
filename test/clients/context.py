"""The objects that the cases work on, fetched through the proxy, and a session that watches what goes out."""
import time
from types import SimpleNamespace
from urllib.parse import urlsplit
from xml.etree import ElementTree

import requests
from PIL import Image
from plexapi.playqueue import PlayQueue
from plexapi.server import PlexServer

# The proxy makes no play queue, so this one is read from here, as Plex would answer it.
A_QUEUE = (
    '<MediaContainer playQueueID="1" playQueueSelectedItemID="1" playQueueSelectedItemOffset="0" playQueueTotalCount="2" playQueueVersion="1">'
    '<Video ratingKey="103" key="/library/metadata/103" type="movie" title="Metropolis" playQueueItemID="1"/>'
    '<Video ratingKey="101" key="/library/metadata/101" type="movie" title="Nosferatu" playQueueItemID="2"/>'
    "</MediaContainer>"
)


class Outside(requests.ConnectionError):
    """A request for a host other than the proxy."""


class WatchedSession(requests.Session):
    """Records each request with its status, and blocks every request that is not for the proxy."""

    def __init__(self, base):
        super().__init__()
        self.trust_env = False
        self.base = urlsplit(base).netloc
        self.sent = []
        self.outside = []

    def send(self, request, **kwargs):
        target = urlsplit(request.url)
        if target.netloc != self.base:
            self.outside.append(target.hostname)
            raise Outside(f"{request.method} to {target.hostname}")
        response = super().send(request, **kwargs)
        self.sent.append((request.method, target.path, response.status_code))
        return response

    def clear(self):
        self.sent.clear()
        self.outside.clear()


class Context:
    def __init__(self, url, token, folder):
        self.folder = folder
        self.session = WatchedSession(url)
        self.server = PlexServer(url, token, session=self.session)
        self.movies = self.server.library.section("Movies")
        self.shows = self.server.library.section("Shows")
        self.movie = self.movies.get("Metropolis")
        self.other_movie = self.movies.get("Nosferatu")
        self.poster = self.movie.posters()[0]
        self.playlist = next(p for p in self.server.playlists() if not p.smart)
        self.device = SimpleNamespace(clientIdentifier="x", provides=["sync-target"])
        self.subtitles = folder / "film.srt"
        self.subtitles.write_text("1\n00:00:01,000 --> 00:00:02,000\nx\n")
        self.uploaded = 0

    def subject(self, name):
        """A new object of the class, as a client gets it."""
        show = lambda: self.shows.get("The Honeymooners")  # noqa: E731
        server = self.server
        return {
            "Movie": lambda: self.movies.get("Metropolis"),
            "Show": show,
            "Season": lambda: show().season(season=1),
            "Episode": lambda: show().episode(season=1, episode=1),
            "Collection": lambda: self.movies.collection("Silent"),
            "Playlist": lambda: server.playlist(self.playlist.title),
            "Library": lambda: PlexServer(server._baseurl, server._token, session=self.session).library,
            "MovieSection": lambda: PlexServer(server._baseurl, server._token, session=self.session).library.section("Movies"),
            "ShowSection": lambda: PlexServer(server._baseurl, server._token, session=self.session).library.section("Shows"),
            "PlexServer": lambda: PlexServer(server._baseurl, server._token, session=self.session),
            "ManagedHub": lambda: self.movies.managedHubs()[0],
            "Media": lambda: self.movies.get("Nosferatu").reload().media[0],
            "MediaPart": self.part,
            "AudioStream": lambda: self.part().audioStreams()[0],
            "SubtitleStream": lambda: self.part().subtitleStreams()[0],
            "Poster": lambda: self.movie.posters()[0],
            "Settings": lambda: PlexServer(server._baseurl, server._token, session=self.session).settings,
            "PlayQueue": lambda: PlayQueue(server, ElementTree.fromstring(A_QUEUE), initpath="/playQueues/1"),
        }[name]()

    def part(self):
        # plexapi holds the parents of a stream only by weak references.
        self.parents = self.movies.get("Nosferatu").reload()
        self.parents.streams_of = self.parents.media[0].parts[0]
        return self.parents.streams_of

    def editing(self, subject, name, *args):
        """An item sends an edit immediately; a section sends the edits of many items when it saves."""
        if not hasattr(subject, "batchMultiEdits"):
            return getattr(subject, name)(*args)
        item = self.item_of(subject)
        # A show has no directors; its episodes do.
        subject.batchMultiEdits([item if hasattr(item, name) else self.leaf_of(subject)])
        getattr(subject, name)(*args)
        return subject.saveMultiEdits()

    def item_of(self, section):
        return self.movie if section.TYPE == "movie" else self.shows.get("Dragnet")

    def leaf_of(self, section):
        return self.movie if section.TYPE == "movie" else self.shows.get("Dragnet").episodes()[0]

    def get_child(self, o):
        if o.TYPE == "show":
            return o.get(season=1, episode=1)
        return o.get(episode=1) if o.TYPE == "season" else o.get(self.movie.title)

    def part_of(self, o):
        items = o.episodes() if hasattr(o, "episodes") else o.items() if hasattr(o, "items") else [o]
        return items[0].media[0].parts[0]

    def preference(self, o):
        """One of the item's advanced settings with a valid value."""
        preference = next(p for p in o.preferences() if p.enumValues)
        return {preference.id: list(preference.enumValues)[-1]}

    def smart_collection(self):
        return self.movies.collection("Smart")

    def smart_playlist(self):
        return next(p for p in self.server.playlists() if p.smart)

    def deletable(self, hub):
        hub.deletable = True
        return hub

    def change_setting(self, settings):
        settings.get("FriendlyName").set("Another name")
        return settings

    def picture(self, o, kind):
        """A new picture each time, of the kind that Kometa uploads: WebP with its overlay mark."""
        self.uploaded += 1
        path = self.folder / f"{o.TYPE}-{kind}-{self.uploaded}.webp"
        exif = Image.Exif()
        exif[0x04BC] = "overlay"
        colour = (self.uploaded * 7 % 256, self.uploaded * 31 % 256, len(o.TYPE) * 20)
        Image.new("RGB", (100, 150), colour).save(path, exif=exif)
        return str(path)

    def fetch(self, url):
        """Requests an address as a client would; raises if the answer is not a success."""
        started = time.monotonic()
        response = self.session.get(url, timeout=5)
        response.raise_for_status()
        return time.monotonic() - started
