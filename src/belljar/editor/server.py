"""The language server: what an editor tells and asks over the Language Server Protocol, answered from analyses of texts.

1. Nothing waits for an analysis but who asked for one: texts are analysed in threads of their own, a moment after the last change.
2. What is told about a version is told only while that is the version: findings of a text that has changed meanwhile are thrown away.
3. A text that does not parse is answered for by the last one that did, where lines are the same.
4. Texts come whole and are never read from disk: their encoding is the editor's business.
"""

from __future__ import annotations

import ast
import asyncio
import keyword
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lsprotocol import types as lsp
from pygls import uris
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from belljar import __version__
from belljar.editor import completion, describe
from belljar.editor.analysis import Analysis
from belljar.editor.formatter import find_ruff, format_source
from belljar.editor.positions import from_place, to_place, units
from belljar.errors import BellError
from belljar.source import Source, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final, TypeVar

    from belljar.editor.analysis import Occurrence

    Answer = TypeVar("Answer")

QUIET_S: Final = 0.2
"""How long a text rests before it is analysed."""
THREADS: Final = 3

ITEM_KINDS: Final = {
    "variable": lsp.CompletionItemKind.Variable,
    "function": lsp.CompletionItemKind.Function,
    "class": lsp.CompletionItemKind.Class,
    "module": lsp.CompletionItemKind.Module,
    "keyword": lsp.CompletionItemKind.Keyword,
    "method": lsp.CompletionItemKind.Method,
    "field": lsp.CompletionItemKind.Field,
    "property": lsp.CompletionItemKind.Property,
    "constant": lsp.CompletionItemKind.Constant,
}


class Document:
    """One open text. ``latest`` is the analysis of its present version once there is one, ``good`` the last of any version that parsed."""

    def __init__(self, uri: str) -> None:
        self.uri = uri
        self.name = uris.to_fs_path(uri) or uri
        self.version = 0
        self.source = Source(self.name, "")
        self.latest: Analysis | None = None
        self.good: Analysis | None = None
        self.work: asyncio.Task[None] | None = None


class BellServer(LanguageServer):
    """The server and its open texts."""

    def __init__(self) -> None:
        super().__init__("belljar", __version__, text_document_sync_kind=lsp.TextDocumentSyncKind.Full)
        self.documents: dict[str, Document] = {}
        self.pool = ThreadPoolExecutor(THREADS, "belljar-editor")

    # --- texts ----------------------------------------------------------------------------------------------------------------------

    def changed(self, uri: str, version: int, text: str, quiet_s: float = QUIET_S) -> None:
        """A text is there, or is another one. Versions only go up; what comes late is dropped."""
        document = self.documents.setdefault(uri, Document(uri))
        if version < document.version:
            return
        document.version = version
        document.source = Source(document.name, text)
        document.latest = None
        if document.work is not None:
            document.work.cancel()
        document.work = asyncio.get_running_loop().create_task(self.analyse(document, version, quiet_s))

    async def analyse(self, document: Document, version: int, quiet_s: float) -> None:
        await asyncio.sleep(quiet_s)
        made = await asyncio.get_running_loop().run_in_executor(self.pool, Analysis, document.source.text, document.name)
        if self.documents.get(document.uri) is not document or document.version != version:
            return
        document.latest = made
        if made.tree is not None:
            document.good = made
        findings = [self.diagnostic(error, made.source) for error in made.findings]
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(document.uri, findings, version))

    def closed(self, uri: str) -> None:
        document = self.documents.pop(uri, None)
        if document is not None and document.work is not None:
            document.work.cancel()
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, []))

    async def ask(self, where: lsp.TextDocumentIdentifier, question: Callable[[Document, Analysis], Answer]) -> Answer | None:
        """The answer of a question about the present version, computed in a thread. None where nothing is known of it."""
        document = self.documents.get(where.uri)
        if document is None:
            return None
        while document.latest is None and document.work is not None:
            work = document.work
            await asyncio.wait([work])
            if work is document.work:
                break
        analysis = document.latest if document.latest is not None and document.latest.tree is not None else document.good
        if analysis is None:
            return None
        return await asyncio.get_running_loop().run_in_executor(self.pool, question, document, analysis)

    # --- places -----------------------------------------------------------------------------------------------------------------------

    @property
    def encoding(self) -> str:
        return str(getattr(self.workspace.position_encoding, "value", self.workspace.position_encoding) or "utf-16")

    def place(self, source: Source, position: lsp.Position) -> tuple[int, int]:
        return from_place(source, position.line, position.character, self.encoding)

    def extent(self, source: Source, span: Span) -> lsp.Range:
        start = to_place(source, span.line, span.column, self.encoding)
        end = to_place(source, span.end_line, span.end_column, self.encoding)
        return lsp.Range(lsp.Position(*start), lsp.Position(*max(start, end)))

    def known(self, document: Document, analysis: Analysis, position: lsp.Position) -> tuple[int, int] | None:
        """A place of the present text in the text that was analysed: the same line, which may have moved. None where the line is not the same."""
        line, column = self.place(document.source, position)
        if analysis.source.text == document.source.text:
            return line, column
        text = document.source.line(line)
        for moved in (line, line + len(analysis.source.lines) - len(document.source.lines)):
            if moved >= 1 and analysis.source.line(moved) == text:
                return moved, column
        return None

    # --- findings ---------------------------------------------------------------------------------------------------------------------

    def diagnostic(self, error: BellError, source: Source) -> lsp.Diagnostic:
        elsewhere = error.file not in ("", source.name)
        span = Span(1, 1, 1, 1) if elsewhere or not error.span.line else error.span
        message = error.message + (f" (in {error.file}, line {error.line})" if elsewhere else "")
        lines = [message, *([f"hint: {error.hint}"] if error.hint else []), *(f"note: {note}" for note in error.notes)]
        found = re.fullmatch(r"did you mean '([^\W\d]\w*)'\?", error.hint)
        return lsp.Diagnostic(
            self.extent(source, span),
            printable("\n".join(lines)),
            lsp.DiagnosticSeverity.Error,
            error.code,
            source="belljar",
            data={"replacement": found[1]} if found is not None else None,
        )


def printable(text: str) -> str:
    """Text that can be sent: halves of surrogate pairs are no UTF-8."""
    return text.encode("utf-8", "replace").decode()


def _at(
    server: BellServer, question: Callable[[Document, Analysis, int, int], Answer], position: lsp.Position
) -> Callable[[Document, Analysis], Answer | None]:
    """A question about a place, for :meth:`BellServer.ask`."""

    def asked(document: Document, analysis: Analysis) -> Answer | None:
        place = server.known(document, analysis, position)
        return None if place is None else question(document, analysis, *place)

    return asked


def make_server() -> BellServer:
    """A server that answers everything it can."""
    server = BellServer()
    for register in (_texts, _descriptions, _occurrences, _renaming, _changes):
        register(server)
    return server


def _texts(server: BellServer) -> None:
    """Texts that are opened, changed and closed."""

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    async def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        server.documents.pop(params.text_document.uri, None)
        server.changed(params.text_document.uri, params.text_document.version, params.text_document.text, 0.0)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        server.changed(params.text_document.uri, params.text_document.version, params.content_changes[-1].text)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    async def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        server.closed(params.text_document.uri)


def _descriptions(server: BellServer) -> None:
    """What stands at a place, and what could stand there: hovers, completion, signatures, definitions, the outline."""

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    async def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        def question(document: Document, analysis: Analysis, line: int, column: int) -> lsp.Hover | None:
            found = describe.hover(analysis, line, column)
            if found is None:
                return None
            extent = server.extent(analysis.source, found[1]) if analysis.source.text == document.source.text else None
            return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, printable(found[0].markdown)), extent)

        return await server.ask(params.text_document, _at(server, question, params.position))

    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=["."]))
    async def complete(params: lsp.CompletionParams) -> list[lsp.CompletionItem] | None:
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return None
        source, good = document.source, document.good
        line, column = server.place(source, params.position)
        _, items = await asyncio.get_running_loop().run_in_executor(server.pool, completion.complete, source, good, line, column)
        return [
            lsp.CompletionItem(one.label, kind=ITEM_KINDS[one.kind], detail=one.detail or None, sort_text=one.rank + one.label)
            for one in items
        ]

    @server.feature(lsp.TEXT_DOCUMENT_SIGNATURE_HELP, lsp.SignatureHelpOptions(trigger_characters=["(", ","]))
    async def signature(params: lsp.SignatureHelpParams) -> lsp.SignatureHelp | None:
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return None
        source, good = document.source, document.good
        line, column = server.place(source, params.position)
        found = await asyncio.get_running_loop().run_in_executor(server.pool, completion.signature, source, good, line, column)
        if found is None:
            return None
        known, at = found
        label = (
            known.code if "\n" not in known.code else known.code.partition(":")[0].removeprefix("class ") + f"({', '.join(known.params)})"
        )
        parts = [lsp.ParameterInformation(param) for param in known.params]
        return lsp.SignatureHelp([lsp.SignatureInformation(label, known.text or None, parts)], 0, at if at >= 0 else len(parts))

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    async def definition(params: lsp.DefinitionParams) -> lsp.Location | None:
        def question(document: Document, analysis: Analysis, line: int, column: int) -> lsp.Location | None:
            target = analysis.definition(line, column)
            if target is None:
                return None
            if target.path is not None:
                text = Source(str(target.path), target.path.read_text(encoding="utf-8"))
                return lsp.Location(target.path.as_uri(), server.extent(text, target.span))
            return lsp.Location(document.uri, server.extent(analysis.source, target.span))

        return await server.ask(params.text_document, _at(server, question, params.position))

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def outline(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol] | None:
        return await server.ask(params.text_document, lambda document, analysis: _outline(server, analysis))


def _occurrences(server: BellServer) -> None:
    """Where else a name stands."""

    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    async def references(params: lsp.ReferenceParams) -> list[lsp.Location] | None:
        def question(document: Document, analysis: Analysis, line: int, column: int) -> list[lsp.Location]:
            found = occurrences_at(analysis, line, column)
            return [
                lsp.Location(document.uri, server.extent(analysis.source, one.span))
                for one in found
                if params.context.include_declaration or not one.binds
            ]

        return await server.ask(params.text_document, _at(server, question, params.position))

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    async def highlight(params: lsp.DocumentHighlightParams) -> list[lsp.DocumentHighlight] | None:
        def question(document: Document, analysis: Analysis, line: int, column: int) -> list[lsp.DocumentHighlight]:
            kinds = (lsp.DocumentHighlightKind.Read, lsp.DocumentHighlightKind.Write)
            return [
                lsp.DocumentHighlight(server.extent(analysis.source, one.span), kinds[one.binds])
                for one in occurrences_at(analysis, line, column)
            ]

        return await server.ask(params.text_document, _at(server, question, params.position))


def occurrences_at(analysis: Analysis, line: int, column: int) -> list[Occurrence]:
    """Every occurrence of the name at a place; empty where there is none."""
    one = analysis.occurrence_at(line, column)
    return [] if one is None else analysis.occurrences_of(one.symbol)


def renamed(document: Document, analysis: Analysis, line: int, column: int) -> list[Occurrence]:
    """What renaming changes. Raises an error of the protocol where it would not be right."""
    found = occurrences_at(analysis, line, column)
    if not found:
        raise _refused("only variables, functions, classes and parameters of this program can be renamed")
    if analysis.source.text != document.source.text:
        raise _refused("the program has a syntax error: correct it first")
    if any(analysis.imports(one) for one in found):
        raise _refused("what is imported is named by its module")
    return found


def _renaming(server: BellServer) -> None:
    """Renaming, and whether it may be."""

    @server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
    async def prepare(params: lsp.PrepareRenameParams) -> lsp.Range | None:
        def question(document: Document, analysis: Analysis, line: int, column: int) -> lsp.Range | None:
            renamed(document, analysis, line, column)
            one = analysis.occurrence_at(line, column)
            return None if one is None else server.extent(analysis.source, one.span)

        return await server.ask(params.text_document, _at(server, question, params.position))

    @server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
    async def rename(params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        if not params.new_name.isidentifier() or keyword.iskeyword(params.new_name):
            raise _refused(f"'{params.new_name}' is not a name")

        def question(document: Document, analysis: Analysis, line: int, column: int) -> lsp.WorkspaceEdit:
            found = renamed(document, analysis, line, column)
            for one in found:
                if params.new_name != one.symbol.name and params.new_name in analysis.visible(one.span.line, one.span.column):
                    raise _refused(f"'{params.new_name}' has another meaning in line {one.span.line}")
            edits = [lsp.TextEdit(server.extent(analysis.source, one.span), params.new_name) for one in found]
            return lsp.WorkspaceEdit({document.uri: edits})

        return await server.ask(params.text_document, _at(server, question, params.position))


def _changes(server: BellServer) -> None:
    """Changes of a text that an editor can make: quick fixes, formatting."""

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix]))
    async def actions(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        made = []
        for one in params.context.diagnostics:
            replacement = one.data.get("replacement") if isinstance(one.data, dict) else getattr(one.data, "replacement", None)
            if isinstance(replacement, str) and replacement.isidentifier():
                edit = lsp.WorkspaceEdit({params.text_document.uri: [lsp.TextEdit(one.range, replacement)]})
                made.append(lsp.CodeAction(f"Change to '{replacement}'", lsp.CodeActionKind.QuickFix, [one], edit=edit, is_preferred=True))
        return made

    @server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
    async def formatting(params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit] | None:
        document = server.documents.get(params.text_document.uri)
        if document is None:
            return None
        source = document.source

        def work() -> str:
            folder = Path(source.name).parent
            return format_source(
                source.text.encode("utf-8", "surrogatepass"), source.name, find_ruff(), folder if folder.is_dir() else None
            ).decode()

        try:
            text = await asyncio.get_running_loop().run_in_executor(server.pool, work)
        except BellError as error:
            if error.kind != "BellSyntaxError":  # those are shown in the text
                hint = f" ({error.hint})" if error.hint else ""
                server.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, printable(error.message + hint)))
            return None
        if text == source.text:
            return []
        last = lsp.Position(len(source.lines) - 1, units(source.lines[-1], server.encoding))
        return [lsp.TextEdit(lsp.Range(lsp.Position(0, 0), last), text)]


def _refused(reason: str) -> JsonRpcException:
    made = JsonRpcException(reason)
    made.code = -32803  # RequestFailed
    return made


def _outline(server: BellServer, analysis: Analysis) -> list[lsp.DocumentSymbol]:
    """Functions, classes, fields and module-level variables."""

    def symbols(body: list[ast.stmt], inside: str) -> list[lsp.DocumentSymbol]:
        found: list[lsp.DocumentSymbol] = []
        seen: set[str] = set()
        for node in body:
            whole = analysis.span(node)
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                kind = (
                    lsp.SymbolKind.Class
                    if isinstance(node, ast.ClassDef)
                    else lsp.SymbolKind.Method
                    if inside == "class"
                    else lsp.SymbolKind.Function
                )
                inner = symbols(node.body, "class" if isinstance(node, ast.ClassDef) else "function")
                found.append(
                    lsp.DocumentSymbol(
                        node.name,
                        kind,
                        server.extent(analysis.source, whole),
                        server.extent(analysis.source, analysis.name_span(node)),
                        children=inner,
                    )
                )
            elif isinstance(node, (ast.Assign, ast.AnnAssign)) and inside != "function":
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    for name in ast.walk(target):
                        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store) and name.id not in seen:
                            seen.add(name.id)
                            kind = (
                                lsp.SymbolKind.Field
                                if inside == "class"
                                else lsp.SymbolKind.Constant
                                if name.id.isupper()
                                else lsp.SymbolKind.Variable
                            )
                            detail = analysis.survey.show(analysis.types_of(name)) or None
                            place = server.extent(analysis.source, analysis.span(name))
                            found.append(lsp.DocumentSymbol(name.id, kind, server.extent(analysis.source, whole), place, detail=detail))
        return found

    return symbols(analysis.tree.body, "") if analysis.tree is not None else []


def serve() -> None:
    """Speak the protocol on the standard streams until the editor goes. What else would be written there goes to the standard error."""
    server = make_server()
    with open(os.dup(0), "rb") as incoming, open(os.dup(1), "wb") as outgoing:
        os.dup2(2, 1)
        try:
            server.start_io(incoming, outgoing)
        except ValueError:
            if not outgoing.closed:
                raise
        finally:
            server.pool.shutdown(wait=False, cancel_futures=True)
