"""base64, binascii, hashlib, html and urllib.parse."""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import sys
import urllib.parse
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.library.shelf import bell, check

BASE64, BINASCII, HASHLIB, HTML, PARSE = map(bell, ["base64", "binascii", "hashlib", "html", "urllib.parse"])
DAMAGED = st.lists(st.sampled_from(["QUJD", "QQ==", "QUI=", "A", "=", "==", "-_", "+/", "\n", "!", "é", "a", "MFRA===="]), max_size=6).map(
    "".join
)


@given(st.binary(max_size=70))
def test_encoding(data: bytes) -> None:
    for name in ("b64encode", "standard_b64encode", "urlsafe_b64encode", "encodebytes", "b32encode", "b16encode"):
        check(lambda: getattr(BASE64, name)(data), lambda: getattr(base64, name)(data))
        decoder = name.replace("encode", "decode")
        assert getattr(BASE64, decoder)(getattr(base64, name)(data)) == data
    check(lambda: BASE64.b64encode(data, b"-."), lambda: base64.b64encode(data, b"-."))
    check(lambda: BASE64.b64decode(base64.b64encode(data, b"-."), b"-."), lambda: data)
    check(lambda: BINASCII.hexlify(data), lambda: binascii.hexlify(data))
    check(lambda: BINASCII.unhexlify(data.hex()), lambda: data)
    check(lambda: BINASCII.crc32(data), lambda: binascii.crc32(data))
    check(lambda: BINASCII.crc32(data, 12345), lambda: binascii.crc32(data, 12345))


@settings(max_examples=500)
@given(DAMAGED)
def test_damaged_text(text: str) -> None:
    for value in (text, text.encode()):
        check(lambda: BASE64.b64decode(value), lambda: base64.b64decode(value))
        check(lambda: BASE64.b64decode(value, validate=True), lambda: base64.b64decode(value, validate=True))
        check(lambda: BASE64.urlsafe_b64decode(value), lambda: base64.urlsafe_b64decode(value))
        check(lambda: BASE64.b32decode(value), lambda: base64.b32decode(value))
        check(lambda: BASE64.b32decode(value, True, "L"), lambda: base64.b32decode(value, True, "L"))
        check(lambda: BASE64.b16decode(value), lambda: base64.b16decode(value))
        check(lambda: BASE64.b16decode(value, True), lambda: base64.b16decode(value, True))
        check(lambda: BINASCII.unhexlify(value), lambda: binascii.unhexlify(value))
    check(lambda: BASE64.b64encode(text), lambda: base64.b64encode(text))  # type: ignore[arg-type]
    check(lambda: BASE64.b64decode(5), lambda: base64.b64decode(5))  # type: ignore[arg-type]


ALGORITHMS = ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"]


@pytest.mark.parametrize("name", ALGORITHMS)
@settings(max_examples=25)
@given(parts=st.lists(st.binary(max_size=150), max_size=4))
def test_hashes(name: str, parts: list[bytes]) -> None:
    for make_ours, make_theirs in (
        (getattr(HASHLIB, name), getattr(hashlib, name)),
        (lambda: HASHLIB.new(name), lambda: hashlib.new(name)),
    ):
        ours, theirs = make_ours(), make_theirs()
        for part in parts:
            ours.update(part)
            theirs.update(part)
            early = ours.copy()
            assert ours.hexdigest() == theirs.hexdigest()
            ours.update(b"more")
            theirs.update(b"more")
            assert early.hexdigest() != ours.hexdigest()
        assert ours.digest() == theirs.digest()
        assert (ours.name, ours.digest_size, ours.block_size) == (theirs.name, theirs.digest_size, theirs.block_size)


@pytest.mark.parametrize("size", [55, 56, 63, 64, 111, 112, 127, 128, 1000])
def test_hashes_at_the_edges_of_blocks(size: int) -> None:
    for name in ALGORITHMS:
        assert getattr(HASHLIB, name)(b"x" * size).hexdigest() == getattr(hashlib, name)(b"x" * size).hexdigest()


def test_hashes_of_what_is_no_bytes() -> None:
    for value in ("text", 5):
        check(lambda: HASHLIB.sha256(value), lambda: hashlib.sha256(value))  # type: ignore[arg-type]
    check(lambda: HASHLIB.new("nothing"), lambda: hashlib.new("nothing"))


@given(st.text("<>&\"'a", max_size=8))
def test_html(text: str) -> None:
    check(lambda: HTML.escape(text), lambda: html.escape(text))
    check(lambda: HTML.escape(text, quote=False), lambda: html.escape(text, quote=False))


PIECES = ["a", "%", "%2", "%41", "%c3%a9", "%ff", "é", "€", "+", " ", "/", "&", "=", ";", "~", "%E4%b8%", "x=1", "\n", "%00"]
QUERIES = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)


@settings(max_examples=400)
@given(QUERIES, st.sampled_from(["/", "", " ", "é", "&="]), st.booleans(), st.booleans())
def test_quoting(text: str, safe: str, blank: bool, strict: bool) -> None:
    for value in (text, text.encode()):
        check(lambda: PARSE.quote(value, safe), lambda: urllib.parse.quote(value, safe))
        check(lambda: PARSE.quote_plus(value, safe), lambda: urllib.parse.quote_plus(value, safe))
        check(lambda: PARSE.unquote(value), lambda: urllib.parse.unquote(value))
        check(lambda: PARSE.unquote_to_bytes(value), lambda: urllib.parse.unquote_to_bytes(value))
    check(lambda: PARSE.unquote_plus(text), lambda: urllib.parse.unquote_plus(text))
    check(lambda: PARSE.parse_qsl(text, blank, strict), lambda: urllib.parse.parse_qsl(text, blank, strict))
    check(lambda: PARSE.parse_qs(text, blank, strict), lambda: urllib.parse.parse_qs(text, blank, strict))
    check(
        lambda: PARSE.parse_qsl(text, max_num_fields=2, separator=";"),
        lambda: urllib.parse.parse_qsl(text, max_num_fields=2, separator=";"),
    )
    check(lambda: PARSE.parse_qsl(text, separator=""), lambda: urllib.parse.parse_qsl(text, separator=""))


VALUES: Any = st.one_of(
    st.text("aé &=", max_size=3), st.integers(), st.binary(max_size=2), st.lists(st.integers() | st.text(max_size=2), max_size=3)
)


@given(st.dictionaries(st.text("ab ", max_size=2) | st.integers(0, 5), VALUES, max_size=3), st.booleans())
def test_urlencode(query: dict[Any, Any], doseq: bool) -> None:
    for value in (query, list(query.items())):
        check(lambda: PARSE.urlencode(value, doseq), lambda: urllib.parse.urlencode(value, doseq))
        check(
            lambda: PARSE.urlencode(value, doseq, "&", quote_via=PARSE.quote),
            lambda: urllib.parse.urlencode(value, doseq, "&", quote_via=urllib.parse.quote),
        )
    check(lambda: PARSE.urlencode([1]), lambda: urllib.parse.urlencode([1]))  # type: ignore[arg-type, list-item]
    check(lambda: PARSE.urlencode(5), lambda: urllib.parse.urlencode(5))  # type: ignore[arg-type]


LATER = pytest.mark.skipif(sys.version_info[:3] < (3, 11, 7), reason="urllib.parse was mended between 3.11.0 and 3.11.7")
URL_PIECES = ["http", "HTTPS", "mailto", "1x", ":", "//", "/", "user:pw@", "u@", "Host", ".org", ":80", ":99999", ":x", "[::1]", "[", "?", "q=1", "#", "frag", "a", "\n", " ", ";p"]  # fmt: skip


@LATER
@settings(max_examples=800)
@given(st.lists(st.sampled_from(URL_PIECES), max_size=9).map("".join), st.sampled_from(["", "ftp"]), st.booleans())
def test_splitting(url: str, scheme: str, fragments: bool) -> None:
    if "[" in url and "[::1]" not in url.replace("[[", ""):
        return
    try:
        theirs = urllib.parse.urlsplit(url, scheme, fragments)
    except ValueError as error:
        if "Invalid IPv6 URL" in str(error):
            check(lambda: PARSE.urlsplit(url, scheme, fragments), lambda: urllib.parse.urlsplit(url, scheme, fragments))
        return
    ours = PARSE.urlsplit(url, scheme, fragments)
    assert tuple(ours) == tuple(theirs)
    for name in ("scheme", "netloc", "path", "query", "fragment", "username", "password", "hostname", "port"):
        check(lambda: getattr(ours, name), lambda: getattr(theirs, name))
    assert ours.geturl() == theirs.geturl()
    check(lambda: tuple(PARSE.urlparse(url, scheme)), lambda: tuple(urllib.parse.urlparse(url, scheme)))
    check(lambda: PARSE.urlparse(url).geturl(), lambda: urllib.parse.urlparse(url).geturl())
    check(lambda: PARSE.urlparse(url).hostname, lambda: urllib.parse.urlparse(url).hostname)
    check(lambda: tuple(PARSE.urldefrag(url)), lambda: tuple(urllib.parse.urldefrag(url)))
    check(lambda: PARSE.urldefrag(url).geturl(), lambda: urllib.parse.urldefrag(url).geturl())
    assert PARSE.urlunsplit(list(theirs)) == urllib.parse.urlunsplit(theirs)
    assert repr(ours) == repr(theirs)


LINKS = st.lists(st.sampled_from(["http:", "//h", "/", "a", "b/", "..", ".", "?q", "#f", ";p", "../", "x:", "ftp://g"]), max_size=6).map(
    "".join
)


@settings(max_examples=500)
@given(LINKS, LINKS)
def test_joining(base: str, link: str) -> None:
    check(lambda: PARSE.urljoin("http://host/a/b;p?q" + base, link), lambda: urllib.parse.urljoin("http://host/a/b;p?q" + base, link))
    check(lambda: PARSE.urljoin(base, link), lambda: urllib.parse.urljoin(base, link))
    check(lambda: PARSE.urljoin(base, link, False), lambda: urllib.parse.urljoin(base, link, False))


@LATER
def test_lists_of_schemes() -> None:
    for ours, theirs in ((PARSE._RELATIVE, "uses_relative"), (PARSE._WITH_NETLOC, "uses_netloc"), (PARSE._WITH_PARAMETERS, "uses_params")):
        assert sorted(ours) == sorted(getattr(urllib.parse, theirs))
