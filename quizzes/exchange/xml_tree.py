"""XML as a tree that knows its lines, read without entities, DTDs or anything from outside."""

import io
import xml.sax.handler
from dataclasses import dataclass, field
from typing import Any
from xml.sax import SAXParseException

from defusedxml import DefusedXmlException
from defusedxml.sax import make_parser
from django.utils.translation import gettext as _

from .drafts import NotAQuestionFile


@dataclass
class Node:
    """An element: its attributes, its own text and its children."""

    tag: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list["Node"] = field(default_factory=list)

    def all(self, tag: str) -> list["Node"]:
        return [child for child in self.children if child.tag == tag]

    def first(self, tag: str) -> "Node | None":
        return next((child for child in self.children if child.tag == tag), None)

    def value(self, tag: str, default: str = "") -> str:
        """The text of a child, or of its own child <text>."""
        child = self.first(tag)
        if child is None:
            return default
        inner = child.first("text")
        return (inner.text if inner else child.text).strip() or default

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)


class _Builder(xml.sax.handler.ContentHandler):
    def __init__(self) -> None:
        super().__init__()
        self.root: Node | None = None
        self.open: list[Node] = []
        self.locator: Any = None

    def setDocumentLocator(self, locator: Any) -> None:  # noqa: N802  SAX's own name
        self.locator = locator

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802
        node = Node(name, self.locator.getLineNumber(), dict(attrs.items()))
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)

    def endElement(self, name: str) -> None:  # noqa: N802, ARG002
        self.open.pop()

    def characters(self, content: str) -> None:
        self.open[-1].text += content


def read_tree(data: bytes) -> Node:
    """The root of an XML file; raises `NotAQuestionFile` with the line of what is wrong."""
    parser, builder = make_parser(), _Builder()
    # Entities are refused as they are declared, whether or not anything uses them.
    parser.forbid_dtd = True
    parser.setContentHandler(builder)
    try:
        parser.parse(io.BytesIO(data))
    except SAXParseException as problem:
        raise NotAQuestionFile(
            _("Line %(line)d is not XML: %(problem)s")
            % {"line": problem.getLineNumber(), "problem": problem.getMessage()}
        ) from problem
    except (DefusedXmlException, ValueError, LookupError) as problem:
        raise NotAQuestionFile(_("This XML declares entities or a DTD: refused.")) from problem
    if builder.root is None:
        raise NotAQuestionFile(_("The file is empty."))
    return builder.root
