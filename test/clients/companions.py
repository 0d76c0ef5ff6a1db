"""Objects attached to items and sections. Every method of these classes that can change something must be known."""
from cases import CHANGES, STREAM, WRITE, each, one

COMPANIONS = {
    "ManagedHub": {
        **each(WRITE, "demoteHome", "demoteRecommended", "demoteShared", "promoteHome", "promoteRecommended", "promoteShared", "move"),
        "updateVisibility": one(WRITE, lambda o, ctx: o.updateVisibility(home=True)),
        "remove": one(WRITE, lambda o, ctx: ctx.deletable(o).remove()),
    },
    "Media": each(WRITE, "delete"),
    "MediaPart": {
        **each(WRITE, "resetSelectedSubtitleStream"),
        "setSelectedAudioStream": one(WRITE, lambda o, ctx: o.setSelectedAudioStream(o.audioStreams()[0])),
        "setSelectedSubtitleStream": one(WRITE, lambda o, ctx: o.setSelectedSubtitleStream(STREAM.id)),
    },
    "AudioStream": each(WRITE, "setSelected"),
    "SubtitleStream": each(WRITE, "setSelected"),
    "Poster": each(WRITE, "select"),
    "Settings": {"save": one(WRITE, lambda o, ctx: ctx.change_setting(o).save())},
    "PlayQueue": {
        "create": one(WRITE, lambda o, ctx: o.create(ctx.server, ctx.movie)),
        "fromStationKey": one(WRITE, lambda o, ctx: o.fromStationKey(ctx.server, "/library/sections/1/stations/1")),
        "addItem": one(WRITE, lambda o, ctx: o.addItem(ctx.movie, refresh=False)),
        "moveItem": one(WRITE, lambda o, ctx: o.moveItem(o.items[0], refresh=False)),
        "removeItem": one(WRITE, lambda o, ctx: o.removeItem(o.items[0], refresh=False)),
        "clear": one(WRITE, lambda o, ctx: o.clear()),
        "get": one(CHANGES, lambda o, ctx: o.get(ctx.server, 1, own=True), "takes a queue over"),
    },
}
