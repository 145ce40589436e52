import gettext
import os

import pytest

from bootstrap.catalogues import catalogues, compile_catalogue, is_compiled
from bootstrap.progress import SetupError

RUSSIAN = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : "
"n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\\n"

msgid "Case"
msgstr "Случай"

msgctxt "grammar"
msgid "Case"
msgstr "Падеж"

#, fuzzy
msgid "Lecture"
msgstr "Урок"

msgid "%(count)s lecture"
msgid_plural "%(count)s lectures"
msgstr[0] "%(count)s лекция"
msgstr[1] "%(count)s лекции"
msgstr[2] "%(count)s лекций"
"""


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "locale/ru/LC_MESSAGES/django.po"
    path.parent.mkdir(parents=True)
    path.write_text(RUSSIAN)
    return path


def test_catalogue_compiles_to_what_gettext_reads(source):
    compile_catalogue(source)
    with source.with_suffix(".mo").open("rb") as compiled:
        russian = gettext.GNUTranslations(compiled)

    plural = [russian.ngettext("%(count)s lecture", "%(count)s lectures", n) for n in (1, 3, 11)]
    assert russian.gettext("Case") == "Случай"
    assert russian.pgettext("grammar", "Case") == "Падеж"
    assert plural == ["%(count)s лекция", "%(count)s лекции", "%(count)s лекций"]


def test_catalogue_leaves_fuzzy_entries_untranslated(source):
    compile_catalogue(source)
    with source.with_suffix(".mo").open("rb") as compiled:
        assert gettext.GNUTranslations(compiled).gettext("Lecture") == "Lecture"


def test_catalogue_is_compiled_again_after_an_edit(source):
    before = is_compiled(source)
    compile_catalogue(source)
    after = is_compiled(source)
    later = source.with_suffix(".mo").stat().st_mtime + 5
    os.utime(source, (later, later))

    assert (before, after, is_compiled(source)) == (False, True, False)


def test_catalogue_with_an_error_is_named(source):
    source.write_text('msgid "Case"\nnonsense\n')

    with pytest.raises(SetupError) as error:
        compile_catalogue(source)

    assert str(error.value).startswith(f"The translations in {source} cannot be read:")


def test_catalogues_are_found_in_the_project_and_its_apps(source, tmp_path):
    of_app = tmp_path / "media/locale/ru/LC_MESSAGES/django.po"
    of_library = tmp_path / ".venv/locale/ru/LC_MESSAGES/django.po"
    for path in (of_app, of_library):
        path.parent.mkdir(parents=True)
        path.write_text("")

    assert catalogues(tmp_path) == [source, of_app]
