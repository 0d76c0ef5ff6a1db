"""Runs world.py and similar files, which describe a Plex library, and prints the result as JSON.

Arguments: the files, in order. Each file sees what the earlier ones have created.
"""

import json
import sys

sections = []
items = {}
collections = []


def pic(seed, mark=False, fmt=None, **more):
    return {"seed": seed, "mark": mark, "fmt": fmt, **more}


def media(resolution, **more):
    return {"resolution": str(resolution), **more}


def section(key, kind, title, **more):
    sections.append({"key": str(key), "type": kind, "title": title, **more})


def item(kind, key, **values):
    key = str(key)
    image = pic(int(key))
    items[key] = {
        "type": kind,
        "key": key,
        "labels": [],
        "thumb": True,
        "image": image,
        "posters": [{"rk": "metadata://posters/" + key, "sel": 1, "img": image}],
        "rating": 7.1,
        "audienceRating": 8.2,
        "userRating": 6.0,
        **values,
    }


def movie(key, title, year=None, medias=None, sec=None, **more):
    place = str(sec) if sec is not None else sections[-1]["key"]
    item("movie", key, title=title, year=year, medias=medias, section=place, **more)


def show(key, title, year=None, sec=None, **more):
    place = str(sec) if sec is not None else sections[-1]["key"]
    item("show", key, title=title, year=year, section=place, **more)


def season(key, parent, index, **more):
    item("season", key, title="Season %s" % index, parent=str(parent), index=index, **more)


def episode(key, parent, index, medias=None, **more):
    item("episode", key, title="Episode %s" % index, parent=str(parent), index=index, medias=medias, **more)


def collection(key, title, members=(), sec=None, **more):
    place = str(sec) if sec is not None else sections[-1]["key"]
    entry = {"key": str(key), "title": title, "members": [str(member) for member in members], "section": place, **more}
    collections.append(entry)


words = {name: globals()[name] for name in ("pic", "media", "section", "movie", "show", "season", "episode")}
words.update(collection=collection, items=items, sections=sections, collections=collections)
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        exec(compile(file.read(), path, "exec"), words)
json.dump({"sections": sections, "items": list(items.values()), "collections": collections}, sys.stdout)
