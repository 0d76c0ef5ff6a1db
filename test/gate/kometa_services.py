"""Kometa's own classes for Radarr, Sonarr and Tautulli against three addresses: all that they read, then all that they would write."""
import json
import sys
import types

import requests

sys.path.insert(0, sys.argv[1])
urls = json.loads(sys.argv[2])


class Quiet:
    def __getattr__(self, _name):
        return lambda *args, **kwargs: None


from modules import util  # noqa: E402

util.logger = Quiet()
from modules.radarr import Radarr  # noqa: E402
from modules.sonarr import Sonarr  # noqa: E402
from modules.tautulli import Tautulli  # noqa: E402


class Requests:
    session = requests.Session()

    def get_json(self, url, params=None):
        return self.session.get(url, params=params).json()


library = types.SimpleNamespace(is_movie=True, Plex=types.SimpleNamespace(key=1), fetch_item=None, exact_search=None)
common = dict(
    add_missing=False, add_existing=False, upgrade_existing=False, monitor_existing=False, root_folder_path="/films", monitor="movie",
    availability="released", quality_profile="HD", tag=None, search=False, radarr_path=None, sonarr_path=None, plex_path=None,
    ignore_cache=False, language_profile=None, series_type="standard", season_folder=True, cutoff_search=False,
)
said = {}


def attempt(name, act):
    try:
        said[name] = repr(act())
    except Exception as error:
        said[name] = f"{type(error).__name__}: {error}"


radarr = Radarr(Requests(), None, library, dict(common, url=urls["radarr"], token="k"))
sonarr = Sonarr(Requests(), None, library, dict(common, url=urls["sonarr"], token="k", monitor="all"))
tautulli = Tautulli(Requests(), library, dict(url=urls["tautulli"], apikey="k"))
attempt("radarr ids", lambda: radarr.get_tmdb_ids("radarr_all", None))
attempt("radarr tags", lambda: radarr.get_tmdb_ids("radarr_taglist", ["a"]))
attempt("sonarr ids", lambda: sonarr.get_tvdb_ids("sonarr_all", None))
attempt("radarr one", lambda: radarr.api.get_movie(movie_id=1).title)
attempt("sonarr one", lambda: sonarr.api.get_series(series_id=1).title)
attempt("radarr exclusions", lambda: radarr.api._raw.get_exclusions())
attempt("sonarr exclusions", lambda: sonarr.api._raw.get_importlistexclusion())
attempt("tautulli", lambda: tautulli.get_rating_keys(dict(list_type="popular", list_days=30, list_size=1, list_buffer=0, list_minimum=0), True))
for name, act in {
    "write tag": lambda: radarr.api.create_tag("x"),
    "write movie": lambda: radarr.api._raw.post_movie({"title": "x"}),
    "write edit": lambda: radarr.api._raw.put_movie_editor({"movieIds": [1]}),
    "write delete": lambda: radarr.api._raw.delete_movie_id(1, deleteFiles=True),
    "write command": lambda: radarr.api._raw.post_command("RssSync"),
    "write series": lambda: sonarr.api._raw.post_series({"title": "x"}),
    "write series delete": lambda: sonarr.api._raw.delete_series_id(1, deleteFiles=True),
    "write folder": lambda: sonarr.api._raw.post_rootFolder({"path": "/x"}),
    "write tautulli": lambda: tautulli._request("delete_all_library_history", params={"section_id": 1}),
}.items():
    attempt(name, act)
print(json.dumps(said))
