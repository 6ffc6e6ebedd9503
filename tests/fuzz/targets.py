"""All that is fuzzed."""

from __future__ import annotations

from tests.fuzz import dumps, images, tables, texts, traces

TARGETS = {
    target.name: target
    for target in (
        images.IMAGES,
        images.CODE,
        dumps.DUMPS,
        dumps.SIGNED,
        traces.JSON_LINES,
        traces.MARKS,
        tables.TEXTS,
        tables.ARROW,
        tables.PARQUET,
        texts.SOURCES,
    )
}
