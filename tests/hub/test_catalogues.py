"""The translations: whole, true to their sources in everything a program reads, and up to date."""

import ast
import gettext
import re
import shutil
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation.template import templatize

from bootstrap.catalogues import compile_catalogue
from bootstrap.places import APPS, ROOT

LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
# %(name)s, %%, {} and {name}, and HTML tags.
MACHINE_READ = re.compile(r"%\(\w+\)[a-z]|%%|\{\w*\}|</?[a-z][^>]*>")
# As Django's makemessages asks xgettext for; gettext, ngettext and _ it knows by itself.
KEYWORDS = [
    "_",
    "gettext_lazy",
    "gettext_noop",
    "ngettext_lazy:1,2",
    "npgettext:1c,2,3",
    "npgettext_lazy:1c,2,3",
    "pgettext:1c,2",
    "pgettext_lazy:1c,2",
]
# Language → number → which of the language's plural forms goes with it
# (https://www.unicode.org/cldr/charts/latest/supplemental/language_plural_rules.html).
PLURAL_FORMS = {
    "ru": {0: 2, 1: 0, 2: 1, 4: 1, 5: 2, 11: 2, 12: 2, 14: 2, 21: 0, 24: 1, 25: 2, 101: 0, 111: 2},
    "ar": {0: 0, 1: 1, 2: 2, 3: 3, 10: 3, 11: 4, 99: 4, 100: 5, 102: 5, 103: 3, 110: 3, 111: 4},
}


@pytest.fixture(params=LANGUAGES)
def catalogue(request) -> polib.POFile:
    path = ROOT / "locale" / request.param / "LC_MESSAGES" / "django.po"
    return polib.pofile(str(path), check_for_duplicates=True)


def plural_rule(catalogue: polib.POFile) -> tuple[int, str]:
    """How many forms there are, and the expression that chooses one, from the header."""
    header = re.fullmatch(
        r"nplurals=(\d+);\s*plural=(.+?);?", catalogue.metadata["Plural-Forms"], re.DOTALL
    )
    return int(header[1]), header[2]


def numbers_of_forms(catalogue: polib.POFile) -> dict[int, list[int]]:
    """Form → the numbers up to 200 that it is used with."""
    form_of = gettext.c2py(plural_rule(catalogue)[1])
    numbers = defaultdict(list)
    for number in range(201):
        numbers[form_of(number)].append(number)
    return numbers


def test_catalogue_translates_every_string(catalogue):
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue if entry.fuzzy] == []
    assert [entry.msgid for entry in catalogue.obsolete_entries()] == []


def test_catalogue_is_in_its_own_script(catalogue):
    """A sentence left in English has no letter outside ASCII."""
    assert [
        entry.msgid
        for entry in catalogue
        if re.search(r"[A-Za-z]", MACHINE_READ.sub("", entry.msgid))
        and any(text.isascii() for text in entry.msgstr_plural.values() or [entry.msgstr])
    ] == []


def test_catalogue_keeps_placeholders_and_tags(catalogue):
    for entry in catalogue:
        if not entry.msgid_plural:
            expected = Counter(MACHINE_READ.findall(entry.msgid))
            assert Counter(MACHINE_READ.findall(entry.msgstr)) == expected, entry.msgid


def test_catalogue_keeps_placeholders_in_plurals(catalogue):
    numbers = numbers_of_forms(catalogue)
    for entry in catalogue:
        expected = Counter(MACHINE_READ.findall(entry.msgid_plural))
        for form, text in entry.msgstr_plural.items():
            found = Counter(MACHINE_READ.findall(text))
            if len(numbers[form]) == 1:  # such a form may say the number in words
                assert found <= expected, (entry.msgid, form)
            else:
                assert found == expected, (entry.msgid, form)


def test_catalogue_keeps_line_breaks(catalogue):
    assert [
        entry.msgid
        for entry in catalogue
        if not entry.msgid_plural and entry.msgstr.count("\n") != entry.msgid.count("\n")
    ] == []


def test_catalogue_has_every_plural_form_of_its_language(catalogue):
    count, expression = plural_rule(catalogue)
    form_of = gettext.c2py(expression)
    expected = PLURAL_FORMS[catalogue.metadata["Language"]]
    assert {number: form_of(number) for number in expected} == expected
    assert sorted(numbers_of_forms(catalogue)) == list(range(count))
    for entry in catalogue:
        if entry.msgid_plural:
            assert sorted(entry.msgstr_plural) == list(range(count)), entry.msgid


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ru", {0: "0 уроков", 1: "1 урок", 3: "3 урока", 11: "11 уроков", 21: "21 урок"}),
        ("ar", {1: "درس واحد", 2: "درسان", 3: "3 دروس", 11: "11 درسًا", 100: "100 درس"}),
    ],
)
def test_compiled_catalogue_counts_as_its_language_does(language, said, tmp_path):
    source = tmp_path / "django.po"
    shutil.copy(ROOT / "locale" / language / "LC_MESSAGES" / "django.po", source)
    compile_catalogue(source)
    with source.with_suffix(".mo").open("rb") as compiled:
        translations = gettext.GNUTranslations(compiled)
    assert {
        number: translations.ngettext("%(count)d lesson", "%(count)d lessons", number)
        % {"count": number}
        for number in said
    } == said


def test_catalogue_letters_options_in_its_own_alphabet(catalogue):
    letters = catalogue.find("ABCDEFGHI").msgstr
    assert len(set(letters)) == len(letters) == len("ABCDEFGHI")
    assert all(letter.isalpha() and not letter.isascii() for letter in letters)


# --- Against the sources --------------------------------------------------------------------------


def sources(folder: Path) -> Iterator[Path]:
    """Python files and templates, the latter rewritten below `folder` as xgettext can read them."""
    for app in APPS:
        yield from (ROOT / app).rglob("*.py")
    for place in ("templates", *APPS):
        for template in sorted((ROOT / place).rglob("*")):
            if template.suffix in {".html", ".txt"}:
                rewritten = folder / template.relative_to(ROOT).with_suffix(".py")
                # A page and a mail may differ in their suffix alone.
                rewritten = rewritten.with_stem(f"{template.stem}_{template.suffix[1:]}")
                rewritten.parent.mkdir(parents=True, exist_ok=True)
                rewritten.write_text(templatize(template.read_text(encoding="utf-8")), "utf-8")
                yield rewritten


@pytest.fixture(scope="module")
def marked(tmp_path_factory) -> polib.POFile:
    """What the sources mark for translation, as `make messages` collects it."""
    if shutil.which("xgettext") is None:
        pytest.skip("xgettext of GNU gettext is not installed: sources cannot be compared")
    folder = tmp_path_factory.mktemp("messages")
    template = folder / "django.pot"
    subprocess.run(
        ["xgettext", "--language=Python", "--from-code=UTF-8", "--files-from=-"]
        + [f"--keyword={keyword}" for keyword in KEYWORDS]
        + [f"--output={template}"],
        input="\n".join(str(path) for path in sources(folder)),
        text=True,
        check=True,
        capture_output=True,
    )
    return polib.pofile(str(template))


def keys(entries: polib.POFile) -> set[tuple[str | None, str, str]]:
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in entries}


def test_catalogue_has_the_strings_of_the_sources_and_no_others(catalogue, marked):
    missing, left_over = keys(marked) - keys(catalogue), keys(catalogue) - keys(marked)
    assert (missing, left_over) == (set(), set()), "run `make messages`, then translate"


def test_sources_call_gettext_by_the_names_that_are_collected():
    """A string marked through another name would stay English and be missed by nobody above."""
    aliases = {
        (path.relative_to(ROOT).as_posix(), name.asname)
        for app in APPS
        for path in (ROOT / app).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.asname
    }
    assert {alias for alias in aliases if alias[1] != "_"} == set()
