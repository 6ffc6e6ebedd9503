"""The language server as an editor sees it: messages over pipes."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pygls")

SOURCE = Path(__file__).resolve().parents[2] / "src"
WAIT_S = 60
URI = "file:///rules.bell"
TEXT = '''import math
from heapq import heappush


class Point:
    """A place."""

    x: int
    y: float = 0.0

    def norm(self, scale: float = 1.0) -> float:
        """How far it is."""
        return math.hypot(self.x, self.y) * scale


def area(w: float, h):
    """Width times height."""
    total = w * h
    return total


LIMIT = 3
p = Point(LIMIT)
print(area(2.0, h=3.5), p.norm(), "😀", LIMIT)
'''


class Client:
    """An editor."""

    def __init__(self, encodings: list[str] | None = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "belljar", "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(SOURCE)}
        )  # fmt: skip
        self.inbox: queue.Queue[dict[str, Any]] = queue.Queue()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.number = 0
        self.held: list[dict[str, Any]] = []
        self.capabilities = self.request(
            "initialize", {"processId": None, "rootUri": None, "capabilities": {"general": {"positionEncodings": encodings or ["utf-16"]}}}
        )["capabilities"]
        self.notify("initialized", {})

    def read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        while True:
            length = 0
            while line := stream.readline().strip():
                name, _, value = line.partition(b":")
                length = int(value) if name.lower() == b"content-length" else length
            if not length:
                return
            self.inbox.put(json.loads(stream.read(length)))

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def notify(self, method: str, params: Any) -> None:
        self.send({"method": method, "params": params})

    def wait(self, accept: Any) -> dict[str, Any]:
        for position, message in enumerate(self.held):
            if accept(message):
                return self.held.pop(position)
        while True:
            message = self.inbox.get(timeout=WAIT_S)
            if accept(message):
                return message
            self.held.append(message)

    def answer(self, method: str, params: Any) -> dict[str, Any]:
        self.number += 1
        number = self.number
        self.send({"id": number, "method": method, "params": params})
        return self.wait(lambda message: message.get("id") == number)

    def request(self, method: str, params: Any) -> Any:
        message = self.answer(method, params)
        assert "error" not in message, message
        return message["result"]

    def open(self, text: str, uri: str = URI, version: int = 1) -> list[dict[str, Any]]:
        self.notify("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "bell", "version": version, "text": text}})
        return self.diagnostics(uri, version)

    def change(self, text: str, version: int, uri: str = URI) -> None:
        self.notify("textDocument/didChange", {"textDocument": {"uri": uri, "version": version}, "contentChanges": [{"text": text}]})

    def diagnostics(self, uri: str, version: int) -> list[dict[str, Any]]:
        def wanted(message: dict[str, Any]) -> bool:
            params = message.get("params", {})
            return message.get("method") == "textDocument/publishDiagnostics" and params["uri"] == uri and params.get("version") == version

        found: list[dict[str, Any]] = self.wait(wanted)["params"]["diagnostics"]
        return found

    def at(self, method: str, text: str, mark: str, offset: int = 0, **more: Any) -> Any:
        return self.request(f"textDocument/{method}", {"textDocument": {"uri": URI}, "position": position(text, mark, offset), **more})

    def close(self) -> int:
        self.request("shutdown", None)
        self.notify("exit", None)
        status = self.process.wait(WAIT_S)
        self.reader.join(WAIT_S)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        return status


def position(text: str, mark: str, offset: int = 0) -> dict[str, int]:
    before = text[: text.index(mark) + offset].split("\n")
    return {"line": len(before) - 1, "character": len(before[-1].encode("utf-16-le")) // 2}


def place(found: dict[str, Any]) -> tuple[int, int, int, int]:
    start, end = found["start"], found["end"]
    return start["line"], start["character"], end["line"], end["character"]


@pytest.fixture(scope="module")
def shared() -> Iterator[Client]:
    made = Client()
    yield made
    assert made.close() == 0


@pytest.fixture
def client(shared: Client) -> Iterator[Client]:
    yield shared
    shared.notify("textDocument/didClose", {"textDocument": {"uri": URI}})


def test_findings(client: Client) -> None:
    found = client.open("score = 1\nprint('😀', scor)\nx = 'a' + 1\n")
    assert [(one["code"], one["source"], one["severity"]) for one in found] == [("E0201", "belljar", 1), ("E0301", "belljar", 1)]
    assert place(found[0]["range"]) == (1, 12, 1, 16)
    assert found[0]["message"] == "Variable 'scor' not defined\nhint: did you mean 'score'?"
    client.change("score = 1\n", 2)
    assert client.diagnostics(URI, 2) == []


def test_only_the_last_version_is_told_of(client: Client) -> None:
    client.open("x = 1\n")
    for version in range(2, 30):
        client.change(f"x = y{version}\n", version)
    assert "'y29'" in client.diagnostics(URI, 29)[0]["message"]
    assert not [message for message in client.held if message.get("params", {}).get("version", 0) > 1]
    client.change("x = z\n", 5)  # late: dropped
    client.change("x = 2\n", 30)
    assert client.diagnostics(URI, 30) == []


@pytest.mark.parametrize(
    ("mark", "offset", "code", "text"),
    [
        ("total = w", 1, "total: float", ""),
        ("area(2.0", 1, "def area(w: float, h: float) -> float", "Width times height."),
        ("Point(LIMIT", 0, "class Point:\n    x: int\n    y: float = 0.0", "A place."),
        ("LIMIT = 3", 0, "LIMIT: int", ""),
        ("norm(), ", 1, "def Point.norm(self, scale: float = 1.0) -> float", "How far it is."),
        ("x, self", 0, "Point.x: int", ""),
        ("hypot(", 0, "hypot(*coordinates) -> value", "Multidimensional Euclidean distance"),
        ("print(", 0, "print(*args, sep=' ', end='\\n', file=None, flush=False)", "Prints the values"),
        ("heappush", 0, "def heapq.heappush(heap, item, /)", "Add an item."),
        ("p.norm", 0, "p: Point", ""),
        ("h=3.5", 0, "h: float", ""),
    ],
)
def test_hover(client: Client, mark: str, offset: int, code: str, text: str) -> None:
    assert client.open(TEXT) == []
    value = client.at("hover", TEXT, mark, offset)["contents"]["value"]
    assert value.startswith(f"```python\n{code}")
    assert text in value


def test_hover_over_nothing(client: Client) -> None:
    client.open(TEXT)
    assert client.at("hover", TEXT, "\n\nclass") is None
    assert client.request("textDocument/hover", {"textDocument": {"uri": "file:///other"}, "position": {"line": 0, "character": 0}}) is None
    assert client.request("textDocument/hover", {"textDocument": {"uri": URI}, "position": {"line": 9999, "character": 9999}}) is None


def labels(items: list[dict[str, Any]]) -> set[str]:
    return {item["label"] for item in items}


@pytest.mark.parametrize(
    ("line", "has", "lacks"),
    [
        ("p.", {"x", "y", "norm"}, {"append", "area"}),
        ("Point(1).", {"x", "norm"}, {"append"}),
        ("[p][0].", {"x"}, {"append"}),
        ("'abc'.up", {"upper"}, {"append", "encode_now"}),
        ("math.", {"sqrt", "pi"}, {"x"}),
        ("ar", {"area", "abs", "Point", "LIMIT", "while", "ValueError"}, {"total", "eval", "async"}),
        ("import ", {"math", "heapq", "re"}, {"_bell", "subprocess"}),
        ("from heapq import ", {"heappush", "heappop"}, {"math"}),
        ("x = 'in a text ", set(), {"area"}),
        ("# a comment ", set(), {"area"}),
        ("def ", set(), {"area"}),
        ("print((area(", {"area", "p"}, set()),
        ("1.", set(), {"append"}),
    ],
)  # fmt: skip
def test_completion(client: Client, line: str, has: set[str], lacks: set[str]) -> None:
    client.open(TEXT)
    text = TEXT + line
    client.change(text, 2)
    found = labels(client.at("completion", text + "\0", "\0") or [])
    assert has <= found
    assert not lacks & found


def test_completion_in_a_function_half_typed(client: Client) -> None:
    text = "def f(first, second):\n    inner = [1]\n    for one in inner:\n        inner.\n\nprint((\n"
    client.open(text)
    assert "append" in labels(client.at("completion", text, "inner.", 6))
    names = labels(client.at("completion", text, "inner.", 0))
    assert {"first", "second", "inner", "one", "f"} <= names


def test_broken_texts_are_answered_for_by_the_last_good_one(client: Client) -> None:
    client.open(TEXT)
    text = TEXT.replace("LIMIT = 3", "LIMIT = (3\nx = 1")
    client.change(text, 2)
    assert [one["code"] for one in client.diagnostics(URI, 2)] == ["E0101"]
    assert "def area" in client.at("hover", text, "area(w")["contents"]["value"]
    assert "p: Point" in client.at("hover", text, "p.norm")["contents"]["value"]  # the line has moved
    assert client.at("hover", text, "LIMIT = (") is None


@pytest.mark.parametrize(
    ("mark", "offset", "target"),
    [
        ("area(2.0", 2, (15, 4, 15, 8)),
        ("total\n", 0, (17, 4, 17, 9)),
        ("w * h", 0, (15, 9, 15, 10)),
        ("p.norm", 0, (22, 0, 22, 1)),
        ("norm(), ", 0, (10, 8, 10, 12)),
        ("x, self", 0, (7, 4, 7, 5)),
        ("Point(LIMIT", 0, (4, 6, 4, 11)),
        ("h=3.5", 0, (15, 19, 15, 20)),
    ],
)
def test_definition(client: Client, mark: str, offset: int, target: tuple[int, ...]) -> None:
    client.open(TEXT)
    found = client.at("definition", TEXT, mark, offset)
    assert (found["uri"], place(found["range"])) == (URI, target)


def test_definition_in_the_library(client: Client) -> None:
    client.open(TEXT)
    found = client.at("definition", TEXT, "heappush")
    assert found["uri"].endswith("/library/heapq.bell")
    assert client.at("definition", TEXT, "print(") is None


def test_references_and_rename(client: Client) -> None:
    client.open(TEXT)
    found = client.at("references", TEXT, "LIMIT", context={"includeDeclaration": True})
    assert [place(one["range"])[:2] for one in found] == [(21, 0), (22, 10), (23, 40)]  # two units for the smiling face
    found = client.at("references", TEXT, "LIMIT", context={"includeDeclaration": False})
    assert len(found) == 2
    edits = client.at("rename", TEXT, "h)", newName="height")["changes"][URI]
    assert [place(edit["range"]) for edit in edits] == [(15, 19, 15, 20), (17, 16, 17, 17), (23, 16, 23, 17)]
    assert [one["kind"] for one in client.at("documentHighlight", TEXT, "total")] == [3, 2]


@pytest.mark.parametrize(
    ("mark", "name", "reason"),
    [("area(w", "LIMIT", "another meaning"), ("area(w", "a b", "not a name"), ("area(w", "if", "not a name"), ("print(", "x", "can be renamed"), ("heappush", "x", "imported"), ("norm(", "x", "can be renamed")],
)  # fmt: skip
def test_renames_that_would_be_wrong(client: Client, mark: str, name: str, reason: str) -> None:
    client.open(TEXT)
    answer = client.answer("textDocument/rename", {"textDocument": {"uri": URI}, "position": position(TEXT, mark), "newName": name})
    assert reason in answer["error"]["message"]


def test_names_that_functions_lend(client: Client) -> None:
    text = "count = 0\ndef up():\n    global count\n    count += 1\nup()\n"
    client.open(text)
    edits = client.at("rename", text, "count", newName="n")["changes"][URI]
    assert [place(edit["range"])[:2] for edit in edits] == [(0, 0), (2, 11), (3, 4)]


def test_outline(client: Client) -> None:
    client.open(TEXT)
    found = client.request("textDocument/documentSymbol", {"textDocument": {"uri": URI}})
    assert [(one["name"], one["kind"], [inner["name"] for inner in one.get("children") or []]) for one in found] == [
        ("Point", 5, ["x", "y", "norm"]),
        ("area", 12, []),
        ("LIMIT", 14, []),
        ("p", 13, []),
    ]


@pytest.mark.parametrize(
    ("line", "label", "active"),
    [
        ("area(", "def area(w: float, h: float) -> float", 0),
        ("area(1.0, ", "def area(w: float, h: float) -> float", 1),
        ("area(h=", "def area(w: float, h: float) -> float", 1),
        ("p.norm(", "def Point.norm(self, scale: float = 1.0) -> float", 0),
        ("Point(1, ", "Point(x: int, y: float = 0.0)", 1),
        ("'a'.replace('b', ", "str.replace(old, new, count=-1)", 1),
        ("print(area(1.0, 2), ", "print(", 0),
    ],
)
def test_signature_help(client: Client, line: str, label: str, active: int) -> None:
    client.open(TEXT)
    text = TEXT + line
    client.change(text, 2)
    found = client.at("signatureHelp", text + "\0", "\0")
    assert found["signatures"][0]["label"].startswith(label)
    assert found["activeParameter"] == active


def test_quick_fix(client: Client) -> None:
    found = client.open("score = 1\nprint(scor)\n")
    actions = client.request(
        "textDocument/codeAction", {"textDocument": {"uri": URI}, "range": found[0]["range"], "context": {"diagnostics": found}}
    )
    assert [action["title"] for action in actions] == ["Change to 'score'"]
    assert actions[0]["edit"]["changes"][URI][0]["newText"] == "score"


def test_formatting(client: Client) -> None:
    options = {"textDocument": {"uri": URI}, "options": {"tabSize": 4, "insertSpaces": True}}
    client.open("x=1\ny = '😀'")
    edit = client.request("textDocument/formatting", options)[0]
    assert (edit["newText"], place(edit["range"])) == ('x = 1\ny = "😀"\n', (0, 0, 1, 8))
    client.change("x = 1\n", 2)
    assert client.request("textDocument/formatting", options) == []
    client.change("x = (\n", 3)
    assert client.request("textDocument/formatting", options) is None


@pytest.mark.parametrize(
    "text",
    ["", "\ud800", "x = '\ud83d'\n", "\0", "x = 1\x0c\u2028y = 2\n", "(" * 5000, "x = " + "1 + " * 5000 + "1", "\r\r\r", "\ufeffx = 1", "a" * 200_000, "class A(A): pass\nA().", "import os\nfrom x import *"],
    ids=range(12),
)  # fmt: skip
def test_texts_of_any_kind(client: Client, text: str) -> None:
    client.open(text)
    for method in ("hover", "completion", "definition", "signatureHelp", "documentHighlight"):
        client.answer(f"textDocument/{method}", {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 3}})
    client.request("textDocument/documentSymbol", {"textDocument": {"uri": URI}})


def test_every_beginning_of_a_program(client: Client) -> None:
    client.open("")
    for version, end in enumerate(range(0, len(TEXT), 37), 2):
        text = TEXT[:end]
        client.change(text, version)
        client.at("completion", text + "\0", "\0")


@pytest.mark.parametrize(("encodings", "column"), [(["utf-16"], 40), (["utf-8", "utf-16"], 42), (["utf-32"], 39)])
def test_encodings(encodings: list[str], column: int) -> None:
    client = Client(encodings)
    assert client.capabilities["positionEncoding"] == encodings[0]
    client.open(TEXT)
    found = client.at("references", TEXT, "LIMIT", context={"includeDeclaration": True})
    assert place(found[-1]["range"])[:2] == (23, column)
    assert client.close() == 0


def test_an_editor_that_dies() -> None:
    client = Client()
    assert client.process.stdin is not None
    client.process.stdin.close()
    assert client.process.wait(WAIT_S) in (0, 1)
    client.reader.join(WAIT_S)
    for stream in (client.process.stdout, client.process.stderr):
        if stream is not None:
            stream.close()
